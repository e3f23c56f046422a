import type { Db } from "@repo/db";
import type { Enqueue } from "@repo/email/enqueue";
import type { Pseudonyms } from "@repo/email/erasure";
import type { Keys } from "@repo/email/keys";
import type { EmailTemplates } from "@repo/templates/registry";
import type { Limits } from "./limits/create-limits.ts";
import type { Hasher } from "./passwords/hasher.ts";

/** What all functions here share. */
export interface Context {
  db: Db;
  enqueue: Enqueue<EmailTemplates>;
  /** AUTH_SECRET: the keys of the hashes of tokens, sessions and limits. */
  secret: Keys;
  /** Makes the hashes that stand for erased addresses, under OPT_OUT_KEY. */
  pseudonyms: Pseudonyms;
  limits: Limits;
  hasher: Hasher;
  /** SES's daily quota. Null: unknown. */
  quotaPerDay: () => Promise<number | null>;
  /** An address of the app, for an email. Built from APP_URL, never from a request. */
  url: (path: string) => string;
}

/** The browser or program that asks. */
export interface Caller {
  /** Its IP address, for the limits. */
  ip: string;
  /** Aborts when the caller has gone. Then no password is hashed for it. */
  signal: AbortSignal;
  /** The cookie of its session. */
  session?: string | undefined;
  /** In words for its owner, such as "Firefox, Linux". Undefined: unknown. */
  device?: string | undefined;
  /** The language of its pages. A new account keeps it. */
  locale?: string | undefined;
  /** The cookie of its newest sign-up. */
  signUp?: string | undefined;
  /** The cookie that proves an earlier log-in. */
  trusted?: string | undefined;
}
