import type { Db } from "@repo/db";
import type { Enqueue } from "@repo/email/enqueue";
import { createPseudonyms } from "@repo/email/erasure";
import type { Keys } from "@repo/email/keys";
import type { EmailTemplates } from "@repo/templates/registry";
import type { Caller, Context } from "./context.ts";
import { requestPasswordReset } from "./forgot-password.ts";
import { createLimits } from "./limits/create-limits.ts";
import { type Credentials, logIn } from "./log-in.ts";
import { createHasher, type PasswordCost } from "./passwords/hasher.ts";
import { createQuota } from "./ses-quota.ts";
import { type NewPassword, openReset, resetPassword } from "./reset-password.ts";
import { endSession, findSession } from "./sessions.ts";
import { createSettings } from "./settings/settings.ts";
import { type NewSignUp, pendingSignUp, resendLink, signUp } from "./sign-up.ts";
import { type Verification, openVerification, verifyEmail } from "./verify-email.ts";

export type { Caller } from "./context.ts";
export { AccountError } from "./errors.ts";
export { CHECK_MINUTES, LINK_MINUTES, SESSION_DAYS, SIGN_UP_DAYS } from "./lifetimes.ts";
export type { LogIn } from "./log-in.ts";
export { PASSWORD_LENGTH } from "./passwords/rules.ts";
export type { PasswordCost } from "./passwords/hasher.ts";
export type { Profile } from "./profile.ts";
export type { SessionUser } from "./sessions.ts";
export type { OwnSession } from "./settings/own-sessions.ts";

interface AccountsConfig {
  db: Db;
  enqueue: Enqueue<EmailTemplates>;
  /** AUTH_SECRET: the keys of the hashes of tokens, sessions and limits. */
  secret: Keys;
  /** OPT_OUT_KEY: the key of the hashes that stand for erased addresses. */
  optOutKey: Keys;
  /** The origin of emailed links. */
  appUrl: string;
  /** Multiplies every limit: for load tests. */
  limitScale?: number | undefined;
  /** Called with each answer of a limit. */
  onLimit?: ((limit: string, isGranted: boolean) => void) | undefined;
  /** How many passwords are hashed at once: half of libuv's threads. Default: 2. */
  hashesAtOnce?: number | undefined;
  /** The work of a password's hash: for tests. Default: OWASP's figures for argon2id. */
  passwordCost?: PasswordCost | undefined;
}

export type Accounts = ReturnType<typeof createAccounts>;

/**
 * Everything that happens to an account, each action in its own file. Related changes commit
 * together: an account and its email, a new password and the end of the old sessions.
 */
export function createAccounts({
  db,
  enqueue,
  secret,
  optOutKey,
  appUrl,
  limitScale,
  onLimit,
  hashesAtOnce = 2,
  passwordCost,
}: AccountsConfig) {
  const context: Context = {
    db,
    enqueue,
    secret,
    pseudonyms: createPseudonyms(optOutKey),
    limits: createLimits({ db, secret, scale: limitScale, onUse: onLimit }),
    hasher: createHasher({ atOnce: hashesAtOnce, ...(passwordCost && { cost: passwordCost }) }),
    quotaPerDay: createQuota(db),
    url: (path) => new URL(path, appUrl).href,
  };
  return {
    signUp: (caller: Caller, input: NewSignUp) => signUp(context, caller, input),
    resendLink: (caller: Caller) => resendLink(context, caller),
    pendingSignUp: (caller: Caller) => pendingSignUp(context, caller),
    openVerification: (caller: Caller, token: string) => openVerification(context, caller, token),
    verifyEmail: (caller: Caller, input: Verification) => verifyEmail(context, caller, input),
    logIn: (caller: Caller, input: Credentials) => logIn(context, caller, input),
    /** Ends one session. An unknown or ended session is no error. */
    logOut: (session: string) => endSession(db, secret, session),
    /** @returns the user of this session, if it is valid */
    current: (session: string) => findSession(db, secret, session),
    requestPasswordReset: (caller: Caller, email: string) =>
      requestPasswordReset(context, caller, email),
    openReset: (token: string) => openReset(context, token),
    resetPassword: (caller: Caller, input: NewPassword) => resetPassword(context, caller, input),
    /** What people do with their own account. */
    settings: createSettings(context),
  };
}
