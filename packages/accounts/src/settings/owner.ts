import type { Db, Tx } from "@repo/db";
import type { Keys } from "@repo/email/keys";
import type { Caller, Context } from "../context.ts";
import { AccountError } from "../errors.ts";
import { CHECK_MINUTES, SESSION_DAYS } from "../lifetimes.ts";
import { lockLinks } from "../links.ts";
import { isSession } from "../sessions.ts";
import { inTransaction } from "../transaction.ts";

/** The account of a session. */
export interface Owner {
  id: string;
  name: string;
  email: string;
  emailKey: string;
  locale: string | null;
  passwordHash: string;
  sessionId: string;
  /** Whether this session's owner has typed the password within CHECK_MINUTES. */
  hasTypedPassword: boolean;
}

/**
 * The account of the caller's session.
 *
 * @throws AccountError `NOT_LOGGED_IN`
 */
export async function findOwner(
  db: Db | Tx,
  secret: Keys,
  { session: token }: Caller,
): Promise<Owner> {
  if (token === undefined) throw new AccountError("NOT_LOGGED_IN");
  const [owner] = await db.$queryRaw<Owner[]>`
    SELECT users.id, name, email, email_key AS "emailKey", locale, password_hash AS "passwordHash",
      sessions.id AS "sessionId",
      password_checked_at > now() - make_interval(mins => ${CHECK_MINUTES}::int) AS "hasTypedPassword"
    FROM sessions JOIN users ON users.id = sessions.user_id
    WHERE ${isSession(secret, token)} AND expires_at > now()
      AND used_at > now() - make_interval(days => ${SESSION_DAYS.unused}::int)`;
  if (!owner) throw new AccountError("NOT_LOGGED_IN");
  return owner;
}

/**
 * Changes something in the account of the caller's session, in one transaction. Changes of one
 * account run one after the other. So a session that another change has just ended changes nothing.
 *
 * @param options.passwordTyped the session's owner must have typed the password recently
 * @param options.addresses keys of other addresses whose links it redeems or ends
 * @throws AccountError `NOT_LOGGED_IN`, `PASSWORD_CHECK_NEEDED`, `BUSY`; and what `change` throws
 */
export async function inAccount<T>(
  { db, secret }: Pick<Context, "db" | "secret">,
  caller: Caller,
  options: { passwordTyped: boolean; addresses?: string[] },
  change: (tx: Tx, owner: Owner) => Promise<T>,
): Promise<T> {
  const { emailKey, id } = await findOwner(db, secret, caller);
  return inTransaction(db, async (tx) => {
    await lockLinks(tx, [emailKey, ...(options.addresses ?? [])]);
    await tx.$executeRaw`SELECT FROM users WHERE id = ${id}::uuid FOR NO KEY UPDATE`;
    // Read after the locks: it sees what the change before this one has committed.
    const owner = await findOwner(tx, secret, caller);
    if (owner.emailKey !== emailKey) throw new AccountError("BUSY", { retryAfter: 1 });
    if (options.passwordTyped && !owner.hasTypedPassword)
      throw new AccountError("PASSWORD_CHECK_NEEDED");
    return change(tx, owner);
  });
}
