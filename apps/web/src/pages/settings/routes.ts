import type { Accounts } from "@repo/accounts";
import type { Locale } from "@repo/locales";
import { type RequestHandler, Router } from "express";
import type { Cookies } from "../../http/cookies.ts";
import { CHECKED_PAGES, loggedIn, passwordTyped } from "../../http/logged-in.tsx";
import { address, confirmAddress } from "./address.tsx";
import { check } from "./check.tsx";
import { confirmDeletion, deletion } from "./delete.tsx";
import { exportData } from "./export.tsx";
import { language } from "./language.tsx";
import { password } from "./password.tsx";
import { profile } from "./profile.tsx";
import { sessions } from "./sessions.tsx";
import { overview } from "./settings.tsx";

/** The pages on which people change their account. */
export function settings(
  accounts: Accounts,
  cookies: Cookies,
  preferencesOf: (address: string, locale: Locale) => string,
): RequestHandler[] {
  const router = Router();
  router.use("/settings", loggedIn);
  router.all(CHECKED_PAGES, passwordTyped(accounts));
  return [
    router,
    overview(accounts, preferencesOf),
    profile(accounts),
    language(accounts, cookies),
    password(accounts, cookies),
    address(accounts),
    confirmAddress(accounts, cookies),
    exportData(accounts),
    deletion(accounts),
    confirmDeletion(accounts, cookies),
    sessions(accounts, cookies),
    check(accounts, cookies),
  ];
}
