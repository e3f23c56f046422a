import type { LinkPurpose } from "@repo/db";

/** How long an emailed link works, in minutes. Pages, emails and limits follow from it. */
export const LINK_MINUTES = { verify_email: 24 * 60, reset_password: 60 } as const satisfies Record<
  LinkPurpose,
  number
>;

/** How long a sign-up waits for its mailbox to be proved, in days. */
export const SIGN_UP_DAYS = 7;

/** In days: how long a log-in lasts, and how long it lasts unused. */
export const SESSION_DAYS = { most: 30, unused: 14 };

/** In days, after its end: until then a link or a request can be told from one that never was. */
export const KEPT_DAYS = 7;
