import type { Accounts } from "@repo/accounts";
import type { Cookies } from "../http/cookies.ts";
import { newPasswordPage } from "./new-password.tsx";

export function resetPassword(accounts: Accounts, cookies: Cookies) {
  return newPasswordPage(accounts, cookies, {
    path: "/reset-password",
    open: accounts.openReset,
    submit: accounts.resetPassword,
    texts: (texts) => texts.resetPassword,
    dead: ({ resetPassword: t }) => <a href="/forgot-password">{t.newLink}</a>,
  });
}
