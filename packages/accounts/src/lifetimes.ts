import type { LinkPurpose } from "@repo/db";

/** How long an emailed link works, in minutes. Pages, emails and limits use it. */
export const LINK_MINUTES = {
  verify_email: 24 * 60,
  reset_password: 60,
  change_address: 60,
  undo_address: 7 * 24 * 60,
  delete_account: 60,
} as const satisfies Record<LinkPurpose, number>;

/** How long a sign-up waits for its mailbox to be proved, in days. */
export const SIGN_UP_DAYS = 7;

/** In days: how long a session lasts at most, and how long without use. */
export const SESSION_DAYS = { most: 30, unused: 14 };

/** How long a typed password lets its session change what gives access, in minutes. */
export const CHECK_MINUTES = 15;

/** In days: how long ended links and requests are kept, so that they differ from unknown ones. */
export const KEPT_DAYS = 7;
