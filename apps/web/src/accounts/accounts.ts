import { setTimeout as sleep } from "node:timers/promises";
import type { Db, Tx, User } from "@repo/db";
import { type Enqueue, parseAddress } from "@repo/email/enqueue";
import type { EmailTemplates } from "@repo/templates/registry";
import { AccountError } from "./error.ts";
import { hashPassword, verifyPassword } from "./passwords.ts";
import { type SessionUser, endSession, findSession, startSession } from "./sessions.ts";
import { TOKEN_MINUTES, issueToken, redeemToken, spendTokens } from "./tokens.ts";

/** A log-in that has just begun: the session's token is for the cookie, and is kept nowhere. */
interface LogIn {
  user: SessionUser;
  session: string;
}

interface AccountsConfig {
  db: Db;
  enqueue: Enqueue<EmailTemplates>;
  /** AUTH_SECRET: keys the hashes of tokens and sessions. */
  secret: string;
  /** Origin that emailed links begin with. */
  appUrl: string;
}

// In ms. Longer than the transaction that a known address costs, so that the time of the
// answer does not tell it from an unknown one.
const FORGOT_PASSWORD_FLOOR = 200;

export type Accounts = ReturnType<typeof createAccounts>;

/**
 * Everything that happens to an account. What changes together commits together: an account
 * and its email, a new password and the end of the old sessions.
 */
export function createAccounts({ db, enqueue, secret, appUrl }: AccountsConfig) {
  const url = (path: string) => new URL(path, appUrl).href;
  // Emailed links are the only place where a token is readable.
  const link = (path: string, token: string) => url(`${path}?token=${token}`);

  async function sendVerification(tx: Tx, user: Pick<User, "id" | "name" | "email">) {
    const { token, expiresAt } = await issueToken(tx, secret, "verify_email", user.id);
    const props = { name: user.name, url: link("/verify-email", token) };
    await enqueue(tx, { template: "verify-email", to: user.email, props, expiresAt });
  }

  async function sendPasswordReset(tx: Tx, user: Pick<User, "id" | "name" | "email">) {
    const { token, expiresAt } = await issueToken(tx, secret, "reset_password", user.id);
    const props = {
      name: user.name,
      url: link("/reset-password", token),
      expiresInMinutes: TOKEN_MINUTES.reset_password,
    };
    await enqueue(tx, { template: "password-reset", to: user.email, props, expiresAt });
  }

  return {
    /**
     * Creates an account and emails the link that verifies it. To whoever asks, an address
     * that has an account already looks the same; its owner gets a link to a new password,
     * which helps them in whether they forgot the account or never verified it. The second
     * sign-up changes nothing: a stranger could have made the first one, or the second.
     */
    async signUp(input: { name: string; email: string; password: string }): Promise<void> {
      const { address, key } = parseAddress(input.email);
      const passwordHash = await hashPassword(input.password);
      await db.$transaction(async (tx) => {
        const [created] = await tx.user.createManyAndReturn({
          data: [{ name: input.name, email: address, emailKey: key, passwordHash }],
          skipDuplicates: true,
        });
        if (created) return sendVerification(tx, created);
        return sendPasswordReset(tx, await tx.user.findUniqueOrThrow({ where: { emailKey: key } }));
      });
    },

    /**
     * Redeems the link of a sign-up, and logs its owner in.
     *
     * @throws AccountError `TOKEN_UNKNOWN`, `TOKEN_USED`, `TOKEN_EXPIRED`
     */
    async verifyEmail(token: string): Promise<LogIn> {
      return db.$transaction(async (tx) => {
        const id = await redeemToken(tx, secret, "verify_email", token);
        await spendTokens(tx, id, ["verify_email"]);
        const [user] = await tx.$queryRaw<SessionUser[]>`
          UPDATE users SET email_verified_at = now() WHERE id = ${id}::uuid
          RETURNING id, name, email`;
        if (!user) throw new Error("A token outlived its user");
        await enqueue(tx, {
          template: "welcome",
          to: user.email,
          props: { name: user.name, url: url("/account") },
        });
        return { user, session: await startSession(tx, secret, id) };
      });
    },

    /**
     * Checks email and password. An account that is not verified yet is refused, and its owner
     * is sent a new link: only somebody who knows the password learns so.
     *
     * @throws AccountError `INVALID_CREDENTIALS`, `EMAIL_NOT_VERIFIED`
     */
    async logIn(input: { email: string; password: string }): Promise<LogIn> {
      const { key } = parseAddress(input.email);
      const user = await db.user.findUnique({ where: { emailKey: key } });
      if (!(await verifyPassword(user?.passwordHash, input.password)) || !user) throw wrong();
      if (!user.emailVerifiedAt) {
        await db.$transaction((tx) => sendVerification(tx, user));
        throw new AccountError(
          "EMAIL_NOT_VERIFIED",
          "Your email address is not verified yet. Check your email: we have just sent you a new link.",
        );
      }
      const session = await db.$transaction(async (tx) => {
        // The lock orders this before a reset, which then ends the session, or after it.
        const unchanged = await tx.$executeRaw`
          SELECT 1 FROM users
          WHERE id = ${user.id}::uuid AND password_hash = ${user.passwordHash} FOR SHARE`;
        if (unchanged === 0) throw wrong();
        return startSession(tx, secret, user.id);
      });
      return { user: { id: user.id, name: user.name, email: user.email }, session };
    },

    /** Ends one log-in; a session that is unknown or over is none. */
    async logOut(session: string): Promise<void> {
      await endSession(db, secret, session);
    },

    /** @returns who is logged in with this session's token */
    async current(session: string): Promise<SessionUser | undefined> {
      return findSession(db, secret, session);
    },

    /** Emails a link to a new password, if the address has an account; never tells which. */
    async requestPasswordReset(email: string): Promise<void> {
      const { key } = parseAddress(email);
      const send = db.$transaction(async (tx) => {
        const user = await tx.user.findUnique({ where: { emailKey: key } });
        if (user) await sendPasswordReset(tx, user);
      });
      // Settled, so that a failure, which only a known address can have, is not answered sooner.
      await Promise.allSettled([send, sleep(FORGOT_PASSWORD_FLOOR)]);
      await send;
    },

    /**
     * Redeems the link to a new password: sets it, ends every session and every other link of
     * its owner, and tells them by email. The link proves the address as well as the
     * verification email's does.
     *
     * @throws AccountError `TOKEN_UNKNOWN`, `TOKEN_USED`, `TOKEN_EXPIRED`
     */
    async resetPassword(input: { token: string; password: string }): Promise<void> {
      const passwordHash = await hashPassword(input.password);
      await db.$transaction(async (tx) => {
        const id = await redeemToken(tx, secret, "reset_password", input.token);
        await spendTokens(tx, id, ["reset_password", "verify_email"]);
        const [user] = await tx.$queryRaw<Pick<User, "name" | "email">[]>`
          UPDATE users SET password_hash = ${passwordHash},
            email_verified_at = coalesce(email_verified_at, now())
          WHERE id = ${id}::uuid
          RETURNING name, email`;
        if (!user) throw new Error("A token outlived its user");
        await tx.session.deleteMany({ where: { userId: id } });
        await enqueue(tx, {
          template: "password-changed",
          to: user.email,
          props: { name: user.name, url: url("/forgot-password") },
        });
      });
    },
  };
}

// The same for a wrong password and for no such account.
function wrong(): AccountError {
  return new AccountError("INVALID_CREDENTIALS", "Email or password is wrong.");
}
