import type { LinkPurpose } from "@repo/db";

/** How long an emailed link works, in minutes. Pages, emails and limits use it. */
export const LINK_MINUTES = {
  verify_email: 24 * 60,
  reset_password: 60,
  change_address: 60,
  undo_address: 7 * 24 * 60,
  delete_account: 60,
} as const satisfies Record<LinkPurpose, number>;

/** Days for which a sign-up waits until its address is verified. */
export const SIGN_UP_DAYS = 7;

/** Days after which a session ends: `most` after the log-in, or `unused` after its last use. */
export const SESSION_DAYS = { most: 30, unused: 14 };

/**
 * For so many minutes after its password was typed, a session may change the address, download the
 * data, delete the account, or make the changes of /ops.
 */
export const CHECK_MINUTES = 15;

/**
 * Days for which links are kept after they expire, and requests after they arrive. Until then, the
 * page of a link can say that the link was used or has expired. Later the link is unknown.
 */
export const KEPT_DAYS = 7;
