import { z } from "zod";

/** `security` goes first and by its own configuration set; neither has an unsubscribe link. */
export type Category = "security" | "account";

/** What queueing an email has to know about it. Loads no React. */
export interface Schema {
  props: z.ZodType;
  category: Category;
  /**
   * SES may have sent the email and may not, its answer was lost. `resend`: two copies are
   * better than none. `hold`: a second copy would confuse, so wait for the events to tell.
   */
  onUnknown: "resend" | "hold";
  /**
   * Minutes from the time it is due after which the email helps nobody, and is not sent any
   * more. `enqueue` takes another time as `expiresAt`: that of the token it carries.
   */
  expiry: number;
  /**
   * Goes before all others, and may use the last twentieth of the day's quota: for what a person
   * cannot go on without. Not for what goes to any address that somebody types: a stranger could
   * use it up.
   */
  reserve?: true;
}

// Letters, marks and the two joiners of any script; a full stop only at the end of a word.
const PLAIN_NAME = /^(?:[\p{L}\p{M} '’-]|\u200c|\u200d|\.(?!\S)){1,50}$/u;

/**
 * A person's name as the greeting shows it, or "" when it had better not be shown.
 *
 * Anyone can sign up with someone else's address and an advert for a name ("Win at evil.com"),
 * and we would deliver it. A link disarmed with invisible characters still reads as the advert,
 * and refusing the name would fail a sign-up over a greeting: so a name with anything but
 * letters in it (digits, slashes, a dot inside a word, an override of the writing direction) or
 * longer than 50 characters is left out, and the greeting does without it.
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
