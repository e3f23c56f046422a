import { type Accounts, LINK_MINUTES } from "@repo/accounts";
import type { Cookies } from "../http/cookies.ts";
import { newPasswordPage } from "./new-password.tsx";

/**
 * Brings an old address back. It takes a new password in the same post, so that a mail scanner that
 * posts forms changes nothing.
 */
export function undoAddress(accounts: Accounts, cookies: Cookies) {
  return newPasswordPage(accounts, cookies, {
    path: "/undo-address",
    open: accounts.settings.openUndo,
    submit: accounts.settings.undoAddress,
    texts: (texts) => texts.undoAddress,
    dead: ({ undoAddress: t }) => t.dead(LINK_MINUTES.undo_address / (24 * 60)),
  });
}
