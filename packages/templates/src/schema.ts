import { z } from "zod";
import type { Category } from "./categories.ts";

/**
 * What an email's props consist of. They are stored as JSON until the worker renders the email, so
 * a date is a text: `z.iso.date()` or `z.iso.datetime()`.
 */
type Json = string | number | boolean | null | undefined | Json[] | { [name: string]: Json };

/** What must be known about an email to queue it. It loads no React. */
export interface Schema {
  props: z.ZodType<Json, Json>;
  /** One of `categories.ts`, which says whether people can turn the email off. */
  category: Category;
  /**
   * What to do if SES's answer is lost, so that nobody knows whether the email was sent. `resend`:
   * send a second copy, because two are better than none. `hold`: send none, because a second copy
   * would confuse.
   */
  onUnknown: "resend" | "hold";
  /**
   * Minutes from the time that the email is due. After that it is of no use, and not sent any more.
   * For an email that contains a token, pass the token's expiry to `enqueue` as `expiresAt`.
   */
  expiry: number;
  /**
   * The email is sent before all others, and may use the last 5 % of the daily quota. It is
   * for email without which a person cannot go on. Do not set it for email that anybody can cause
   * by typing an address: a stranger could use the quota up.
   */
  reserve?: true;
}

// Letters, marks and the two joiners of any script; a full stop only at the end of a word.
const PLAIN_NAME = /^(?:[\p{L}\p{M} '’-]|\u200c|\u200d|\.(?!\S)){1,50}$/u;

/**
 * A person's name for the greeting, or "" if it may be an advert.
 *
 * Anyone can sign up with someone else's address and an advert as the name ("Win at evil.com"), and
 * we would deliver it. So a name of more than 50 characters is left out. So is one with a character
 * that names do not have: a digit, a slash, a dot inside a word, an override of the writing
 * direction. It is not refused, because a sign-up must not fail because of a greeting.
 */
export const personName = z.string().transform((name) => {
  const oneLine = name.trim().replace(/\s+/g, " ");
  return PLAIN_NAME.test(oneLine) ? oneLine : "";
});

/** How long a link works, in minutes: a day at the most. */
export const linkMinutes = z
  .int()
  .min(1)
  .max(24 * 60);

/** A web address, in the form the URL parser writes it: no spaces, quotes or line breaks. */
export const webUrl = z.url({ protocol: /^https?$/, normalize: true }).max(2000);
