import { type Db, Prisma, type ResetResult } from "@repo/db";
import { parseAddress } from "@repo/email/enqueue";
import type { Keys } from "@repo/email/keys";
import { hashesOf } from "../tokens.ts";

/** What was asked for with an address, in the days that requests are kept (`KEPT_DAYS`). */
export interface AskedFor {
  /** The key of the address, as messages have it. */
  address: string;
  /** Requests for a new password, newest first: at most 50. */
  resets: { at: Date; handledAt: Date | null; result: Result | null }[];
  /** Sign-ups that were not confirmed, newest first: at most 50. */
  signUps: { at: Date; expiresAt: Date }[];
  /** When the account of the address was made. Null: it has no account now. */
  accountSince: Date | null;
}

/** As the database spells it. `limited`: nobody looked for an account. */
type Result = Exclude<ResetResult, "no_account"> | "no-account";

/**
 * What was asked for with an address. It distinguishes "nobody asked" from "no such account". Only
 * for operators, because it reveals who has an account.
 *
 * @param secret AUTH_SECRET: requests are found by a keyed hash of the address
 * @throws EmailError `INVALID_ADDRESS`
 */
export async function findRequests(db: Db, secret: Keys, email: string): Promise<AskedFor> {
  const { key } = parseAddress(email);
  const [resets, signUps, account] = await Promise.all([
    db.$queryRaw<AskedFor["resets"]>`
      SELECT created_at AS at, handled_at AS "handledAt", result::text FROM reset_requests
      WHERE email_hash IN (${Prisma.join(hashesOf(secret, "address", key))})
      ORDER BY created_at DESC LIMIT 50`,
    db.$queryRaw<AskedFor["signUps"]>`
      SELECT created_at AS at, expires_at AS "expiresAt" FROM sign_ups
      WHERE email_key = ${key} AND password_hash IS NOT NULL ORDER BY created_at DESC LIMIT 50`,
    db.user.findUnique({ where: { emailKey: key }, select: { createdAt: true } }),
  ]);
  return { address: key, resets, signUps, accountSince: account?.createdAt ?? null };
}
