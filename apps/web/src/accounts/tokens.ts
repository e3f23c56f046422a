import { createHmac, randomBytes } from "node:crypto";
import type { TokenPurpose, Tx } from "@repo/db";
import { AccountError } from "./error.ts";

/** How long an emailed link works. */
export const TOKEN_MINUTES = { verify_email: 24 * 60, reset_password: 60 } satisfies Record<
  TokenPurpose,
  number
>;

/** @returns 256 random bits in 43 characters that fit a URL and a cookie */
export function newToken(): string {
  return randomBytes(32).toString("base64url");
}

/**
 * What the database keeps of a token: whoever reads a backup cannot use it.
 * The use is hashed with it, so that a token for one thing is unknown to every other.
 */
export function hashToken(
  secret: string,
  use: TokenPurpose | "session",
  token: string,
): Uint8Array<ArrayBuffer> {
  return Uint8Array.from(createHmac("sha256", secret).update(`${use}:${token}`).digest());
}

/** Makes the token of a link for a user; `expiresAt` is by PostgreSQL's clock. */
export async function issueToken(
  tx: Tx,
  secret: string,
  purpose: TokenPurpose,
  userId: string,
): Promise<{ token: string; expiresAt: Date }> {
  const token = newToken();
  const [row] = await tx.$queryRaw<{ expiresAt: Date }[]>`
    INSERT INTO tokens (id, hash, purpose, user_id, expires_at)
    VALUES (gen_random_uuid(), ${hashToken(secret, purpose, token)}, ${purpose}::token_purpose,
            ${userId}::uuid, now() + make_interval(mins => ${TOKEN_MINUTES[purpose]}::int))
    RETURNING expires_at AS "expiresAt"`;
  if (!row) throw new Error("INSERT … RETURNING gave no row");
  return { token, expiresAt: row.expiresAt };
}

/**
 * Uses a token up: of two redemptions at once, one wins.
 *
 * @returns the id of its user
 * @throws AccountError `TOKEN_UNKNOWN`, `TOKEN_USED`, `TOKEN_EXPIRED`
 */
export async function redeemToken(
  tx: Tx,
  secret: string,
  purpose: TokenPurpose,
  token: string,
): Promise<string> {
  const hash = hashToken(secret, purpose, token);
  // The user first: two tokens of one user would otherwise be redeemed in crossed order below,
  // and deadlock.
  await tx.$executeRaw`
    SELECT 1 FROM users WHERE id = (SELECT user_id FROM tokens WHERE hash = ${hash}) FOR UPDATE`;
  const [redeemed] = await tx.$queryRaw<{ userId: string }[]>`
    UPDATE tokens SET used_at = now()
    WHERE hash = ${hash} AND used_at IS NULL AND expires_at > now()
    RETURNING user_id AS "userId"`;
  if (!redeemed) {
    const known = await tx.token.findUnique({ where: { hash }, select: { usedAt: true } });
    if (!known)
      throw new AccountError(
        "TOKEN_UNKNOWN",
        "This link is not one of ours, or not all of it was copied.",
      );
    throw known.usedAt
      ? new AccountError("TOKEN_USED", "This link, or a newer one, has been used already.")
      : new AccountError("TOKEN_EXPIRED", "This link has expired.");
  }
  return redeemed.userId;
}

/** Uses up what is left of a user's tokens for these purposes. */
export async function spendTokens(tx: Tx, userId: string, purposes: TokenPurpose[]): Promise<void> {
  await tx.$executeRaw`
    UPDATE tokens SET used_at = now()
    WHERE user_id = ${userId}::uuid AND purpose = ANY(${purposes}::token_purpose[])
      AND used_at IS NULL`;
}
