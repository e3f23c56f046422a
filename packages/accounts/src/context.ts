import type { Db } from "@repo/db";
import type { Enqueue } from "@repo/email/enqueue";
import type { EmailTemplates } from "@repo/templates/registry";
import type { Limits } from "./limits/create-limits.ts";
import type { Hasher } from "./passwords/hasher.ts";

/** What everything here works with. */
export interface Context {
  db: Db;
  enqueue: Enqueue<EmailTemplates>;
  /** AUTH_SECRET: keys the hashes of tokens, sessions and limits. */
  secret: string;
  limits: Limits;
  hasher: Hasher;
  /** SES's daily quota; null where none is known. */
  quotaPerDay: () => Promise<number | null>;
  /** An address of the app, for an email. Built from APP_URL, never from a request. */
  url: (path: string) => string;
}

/** The browser or program that asks. */
export interface Caller {
  /** Its IP address, which limits go by. */
  ip: string;
  /** Aborts when it has gone: nobody hashes for it then. */
  signal: AbortSignal;
  /** Its cookie of the newest sign-up that it made. */
  signUp?: string | undefined;
  /** Its cookie of an account that it has been in. */
  trusted?: string | undefined;
}
