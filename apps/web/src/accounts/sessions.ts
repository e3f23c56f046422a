import type { Db, Tx } from "@repo/db";
import { hashToken, newToken } from "./tokens.ts";

/** How long a log-in lasts. */
export const SESSION_DAYS = 30;

/** Who is logged in, as far as pages need to know. */
export interface SessionUser {
  id: string;
  name: string;
  email: string;
}

/** @returns the session's token, for the cookie */
export async function startSession(tx: Tx, secret: string, userId: string): Promise<string> {
  const token = newToken();
  await tx.$executeRaw`
    INSERT INTO sessions (id, token_hash, user_id, expires_at)
    VALUES (gen_random_uuid(), ${hashToken(secret, "session", token)}, ${userId}::uuid,
            now() + make_interval(days => ${SESSION_DAYS}::int))`;
  return token;
}

export async function findSession(
  db: Db,
  secret: string,
  token: string,
): Promise<SessionUser | undefined> {
  const [user] = await db.$queryRaw<SessionUser[]>`
    SELECT users.id, users.name, users.email
    FROM sessions JOIN users ON users.id = sessions.user_id
    WHERE token_hash = ${hashToken(secret, "session", token)} AND expires_at > now()`;
  return user;
}

export async function endSession(db: Db, secret: string, token: string): Promise<void> {
  await db.session.deleteMany({ where: { tokenHash: hashToken(secret, "session", token) } });
}
