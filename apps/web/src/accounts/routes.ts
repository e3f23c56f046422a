import { createAccounts } from "@repo/accounts";
import type { Db } from "@repo/db";
import type { Enqueue } from "@repo/email/enqueue";
import type { EmailTemplates } from "@repo/templates/registry";
import type { RequestHandler } from "express";
import { createCookies } from "../http/cookies.ts";
import { sameOrigin } from "../http/origin.ts";
import { whoAsks } from "../http/who-asks.tsx";
import { account } from "../pages/account.tsx";
import { forgotPassword } from "../pages/forgot-password.tsx";
import { login } from "../pages/login.tsx";
import { logout } from "../pages/logout.ts";
import { resetPassword } from "../pages/reset-password.tsx";
import { signUpSent } from "../pages/signup-sent.tsx";
import { signup } from "../pages/signup.tsx";
import { verifyEmail } from "../pages/verify-email.tsx";

export interface AccountConfig {
  db: Db;
  enqueue: Enqueue<EmailTemplates>;
  /** APP_URL: where people reach the app. */
  appUrl: string;
  /** AUTH_SECRET. */
  secret: string;
  /** LIMIT_SCALE: multiplies every limit. */
  limitScale?: number | undefined;
  /** How many passwords are hashed at once, each in a thread of libuv's. */
  hashesAtOnce?: number | undefined;
}

/** Who asks, and the pages of accounts: before all other pages. */
export function accountRoutes(config: AccountConfig): RequestHandler[] {
  const { db, appUrl } = config;
  const accounts = createAccounts(config);
  const cookies = createCookies(appUrl);
  return [
    whoAsks(accounts, cookies),
    sameOrigin(appUrl),
    signup(accounts, cookies),
    signUpSent(accounts),
    login(accounts, cookies),
    logout(accounts, cookies),
    verifyEmail(accounts, cookies),
    forgotPassword(accounts),
    resetPassword(accounts, cookies),
    account(db),
  ];
}
