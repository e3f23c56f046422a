import { type PasswordCost, createAccounts } from "@repo/accounts";
import type { Db } from "@repo/db";
import type { Enqueue } from "@repo/email/enqueue";
import type { Keys } from "@repo/email/keys";
import type { Locale } from "@repo/locales";
import type { EmailTemplates } from "@repo/templates/registry";
import type { RequestHandler } from "express";
import { createCookies } from "../http/cookies.ts";
import { sameOrigin } from "../http/origin.ts";
import { identifyClient } from "../http/session.tsx";
import { ops } from "../ops/routes.ts";
import { account } from "../pages/account.tsx";
import { forgotPassword } from "../pages/forgot-password.tsx";
import { login } from "../pages/login.tsx";
import { logout } from "../pages/logout.ts";
import { settings } from "../pages/settings/routes.ts";
import { resetPassword } from "../pages/reset-password.tsx";
import { signUpSent } from "../pages/signup-sent.tsx";
import { signup } from "../pages/signup.tsx";
import { undoAddress } from "../pages/undo-address.tsx";
import { verifyEmail } from "../pages/verify-email.tsx";

export interface AccountConfig {
  db: Db;
  enqueue: Enqueue<EmailTemplates>;
  /** APP_URL: where people reach the app. */
  appUrl: string;
  /** The link to the preferences of an address: which email its owner gets. */
  preferencesOf: (address: string, locale: Locale) => string;
  /** AUTH_SECRET. */
  secret: Keys;
  /** OPT_OUT_KEY. */
  optOutKey: Keys;
  /** LIMIT_SCALE: multiplies every limit. */
  limitScale?: number | undefined;
  /** Called with each answer of a limit. */
  onLimit?: ((limit: string, isGranted: boolean) => void) | undefined;
  /** How many passwords are hashed at once. Each takes one thread of libuv's pool. */
  hashesAtOnce?: number | undefined;
  /** The work of a password's hash: for tests. */
  passwordCost?: PasswordCost | undefined;
}

/**
 * Finds out who sends a request, and serves the pages of accounts. Use it before all other pages.
 */
export function accountRoutes(config: AccountConfig): RequestHandler[] {
  const { db, appUrl } = config;
  const accounts = createAccounts(config);
  const cookies = createCookies(appUrl);
  return [
    identifyClient(accounts, cookies),
    sameOrigin(appUrl),
    signup(accounts, cookies),
    signUpSent(accounts),
    login(accounts, cookies),
    logout(accounts, cookies),
    verifyEmail(accounts, cookies),
    forgotPassword(accounts),
    resetPassword(accounts, cookies),
    account(db),
    ...settings(accounts, cookies, config.preferencesOf),
    undoAddress(accounts, cookies),
    ops({ db, accounts, cookies, secret: config.secret, optOutKey: config.optOutKey }),
  ];
}
