import { type Db, type LinkPurpose, Prisma, type Tx } from "@repo/db";
import type { Address } from "@repo/email/enqueue";
import type { Keys } from "@repo/email/keys";
import { AccountError } from "./errors.ts";
import { LINK_MINUTES } from "./lifetimes.ts";
import { hashesOf, newHash, newToken } from "./tokens.ts";

/** A new link. Its token is readable only here and in the email. */
export interface NewLink {
  token: string;
  /** By PostgreSQL's clock. */
  expiresAt: Date;
  /** Whether the address has an account. */
  hasAccount: boolean;
}

/**
 * Makes a link for an address, and finds out whether the address has an account, in one statement.
 */
export async function issueLink(
  tx: Tx,
  secret: Keys,
  purpose: LinkPurpose,
  { address, key }: Address,
): Promise<NewLink> {
  const token = newToken();
  const [row] = await tx.$queryRaw<{ expiresAt: Date; hasAccount: boolean }[]>`
    INSERT INTO links (id, hash, purpose, email, email_key, expires_at)
    VALUES (gen_random_uuid(), ${newHash(secret, purpose, token)}, ${purpose}::link_purpose,
            ${address}, ${key}, now() + make_interval(mins => ${LINK_MINUTES[purpose]}::int))
    RETURNING expires_at AS "expiresAt",
      EXISTS (SELECT FROM users WHERE users.email_key = links.email_key) AS "hasAccount"`;
  if (!row) throw new Error("INSERT … RETURNING gave no row");
  return { token, ...row };
}

/**
 * Reads a link without using it up, because mail scanners open links.
 *
 * @returns the address that it proves
 * @throws AccountError `TOKEN_UNKNOWN`, `TOKEN_USED`, `TOKEN_EXPIRED`
 */
export async function openLink(
  db: Db | Tx,
  secret: Keys,
  purpose: LinkPurpose,
  token: string,
): Promise<Address> {
  const [link] = await db.$queryRaw<(Address & { isUsed: boolean; isExpired: boolean })[]>`
    SELECT email AS address, email_key AS key, used_at IS NOT NULL AS "isUsed",
           expires_at <= now() AS "isExpired"
    FROM links WHERE ${hasHash(secret, purpose, token)}`;
  if (!link) throw new AccountError("TOKEN_UNKNOWN");
  if (link.isUsed) throw new AccountError("TOKEN_USED");
  if (link.isExpired) throw new AccountError("TOKEN_EXPIRED");
  return { address: link.address, key: link.key };
}

/**
 * Uses up a link and every other link of its address. If two redemptions run at once, one wins. The
 * other waits for the end of the winner's transaction.
 *
 * @returns the address that it proves
 * @throws AccountError `TOKEN_UNKNOWN`, `TOKEN_USED`, `TOKEN_EXPIRED`
 */
export async function redeemLink(
  tx: Tx,
  secret: Keys,
  purpose: LinkPurpose,
  token: string,
): Promise<Address> {
  // One lock per address. Locking the rows one by one could deadlock.
  await tx.$executeRaw`
    SELECT pg_advisory_xact_lock(hashtextextended('links ' || email_key, 0))
    FROM links WHERE ${hasHash(secret, purpose, token)}`;
  const address = await openLink(tx, secret, purpose, token);
  await tx.$executeRaw`
    UPDATE links SET used_at = now() WHERE email_key = ${address.key} AND used_at IS NULL`;
  return address;
}

/** A condition: the row of this link, under any key. */
function hasHash(secret: Keys, purpose: LinkPurpose, token: string): Prisma.Sql {
  return Prisma.sql`hash IN (${Prisma.join(hashesOf(secret, purpose, token))})`;
}
