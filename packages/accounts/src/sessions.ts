import { type Db, Prisma, type Role, type Tx } from "@repo/db";
import type { Keys } from "@repo/email/keys";
import type { Caller } from "./context.ts";
import { SESSION_DAYS } from "./lifetimes.ts";
import { hashesOf, newHash, newToken } from "./tokens.ts";

// Per account: phones, computers, and sessions that were never logged out.
const MOST = 20;

/** The logged-in user, as far as pages need to know. */
export interface SessionUser {
  id: string;
  name: string;
  email: string;
  /** A language tag. Null: not known, and the browser's language is used. */
  locale: string | null;
  /** Null: none. The person sees only their own account. */
  role: Role | null;
}

/**
 * Starts a session. If the account has too many, the least recently used one ends.
 *
 * @returns the session's token, for the cookie
 */
export async function startSession(
  tx: Tx,
  secret: Keys,
  userId: string,
  { device }: Pick<Caller, "device">,
): Promise<string> {
  const token = newToken();
  await tx.$executeRaw`
    WITH surplus AS (
      SELECT id FROM sessions WHERE user_id = ${userId}::uuid
      ORDER BY used_at DESC OFFSET ${MOST - 1}
    ), locked AS MATERIALIZED (
      -- All log-ins of an account lock in this order, so they never deadlock.
      SELECT id FROM sessions WHERE id IN (SELECT id FROM surplus) ORDER BY id FOR UPDATE
    ), ended AS (DELETE FROM sessions WHERE id IN (SELECT id FROM locked))
    INSERT INTO sessions (id, token_hash, user_id, device, expires_at)
    VALUES (gen_random_uuid(), ${newHash(secret, "session", token)}, ${userId}::uuid, ${device},
            now() + make_interval(days => ${SESSION_DAYS.most}::int))`;
  return token;
}

/** @returns the user; undefined if the session has ended or was unused for too long */
export async function findSession(
  db: Db,
  secret: Keys,
  token: string,
): Promise<SessionUser | undefined> {
  const isIt = isSession(secret, token);
  const [found] = await db.$queryRaw<(SessionUser & { isStale: boolean })[]>`
    SELECT users.id, users.name, users.email, users.locale, users.role::text,
      used_at < now() - interval '1 hour' AS "isStale"
    FROM sessions JOIN users ON users.id = sessions.user_id
    WHERE ${isIt} AND expires_at > now()
      AND used_at > now() - make_interval(days => ${SESSION_DAYS.unused}::int)`;
  if (!found) return undefined;
  const { isStale, ...user } = found;
  // One write per hour, not per request. It also moves the session to the newest key.
  if (isStale) {
    const hash = newHash(secret, "session", token);
    await db.$executeRaw`UPDATE sessions SET used_at = now(), token_hash = ${hash} WHERE ${isIt}`;
  }
  return user;
}

/**
 * Gives a session another token. A token that was stolen earlier does not get the new rights.
 *
 * @returns the new token, for the cookie
 */
export async function renewSession(tx: Tx, secret: Keys, sessionId: string): Promise<string> {
  const token = newToken();
  await tx.$executeRaw`
    UPDATE sessions SET token_hash = ${newHash(secret, "session", token)}, used_at = now()
    WHERE id = ${sessionId}::uuid`;
  return token;
}

export async function endSession(db: Db, secret: Keys, token: string): Promise<void> {
  await db.$executeRaw`DELETE FROM sessions WHERE ${isSession(secret, token)}`;
}

/** A condition: the row of this session, under any key. */
export function isSession(secret: Keys, token: string): Prisma.Sql {
  return Prisma.sql`token_hash IN (${Prisma.join(hashesOf(secret, "session", token))})`;
}
