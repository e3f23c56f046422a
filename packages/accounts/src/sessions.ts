import type { Db, Tx } from "@repo/db";
import { SESSION_DAYS } from "./lifetimes.ts";
import { hashToken, newToken } from "./tokens.ts";

// For each account: phones, computers, and those that were never logged out.
const MOST = 20;

/** Who is logged in, as far as pages need to know. */
export interface SessionUser {
  id: string;
  name: string;
  email: string;
}

/**
 * Begins a log-in. Beyond the most that an account may have, the one that was used longest ago
 * ends.
 *
 * @returns the session's token, for the cookie
 */
export async function startSession(tx: Tx, secret: string, userId: string): Promise<string> {
  const token = newToken();
  await tx.$executeRaw`
    WITH surplus AS (
      SELECT id FROM sessions WHERE user_id = ${userId}::uuid
      ORDER BY used_at DESC OFFSET ${MOST - 1}
    ), ended AS (DELETE FROM sessions WHERE id IN (SELECT id FROM surplus))
    INSERT INTO sessions (id, token_hash, user_id, expires_at)
    VALUES (gen_random_uuid(), ${hashToken(secret, "session", token)}, ${userId}::uuid,
            now() + make_interval(days => ${SESSION_DAYS.most}::int))`;
  return token;
}

/** @returns whose session it is; undefined for one that is over, or was left unused too long */
export async function findSession(
  db: Db,
  secret: string,
  token: string,
): Promise<SessionUser | undefined> {
  const hash = hashToken(secret, "session", token);
  const [found] = await db.$queryRaw<(SessionUser & { isStale: boolean })[]>`
    SELECT users.id, users.name, users.email, used_at < now() - interval '1 hour' AS "isStale"
    FROM sessions JOIN users ON users.id = sessions.user_id
    WHERE token_hash = ${hash} AND expires_at > now()
      AND used_at > now() - make_interval(days => ${SESSION_DAYS.unused}::int)`;
  if (!found) return undefined;
  const { isStale, ...user } = found;
  // A write an hour, not one a request.
  if (isStale) await db.$executeRaw`UPDATE sessions SET used_at = now() WHERE token_hash = ${hash}`;
  return user;
}

export async function endSession(db: Db, secret: string, token: string): Promise<void> {
  await db.session.deleteMany({ where: { tokenHash: hashToken(secret, "session", token) } });
}
