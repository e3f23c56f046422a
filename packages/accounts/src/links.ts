import type { Db, LinkPurpose, Tx } from "@repo/db";
import type { Address } from "@repo/email/enqueue";
import { AccountError } from "./errors.ts";
import { LINK_MINUTES } from "./lifetimes.ts";
import { hashToken, newToken } from "./tokens.ts";

/** A link that was made just now. Its token is readable here and in the email, nowhere else. */
export interface NewLink {
  token: string;
  /** By PostgreSQL's clock. */
  expiresAt: Date;
  /** Whether the address has an account. */
  hasAccount: boolean;
}

/** Makes a link for an address, and finds out whether that has an account: one statement. */
export async function issueLink(
  tx: Tx,
  secret: string,
  purpose: LinkPurpose,
  { address, key }: Address,
): Promise<NewLink> {
  const token = newToken();
  const [row] = await tx.$queryRaw<{ expiresAt: Date; hasAccount: boolean }[]>`
    INSERT INTO links (id, hash, purpose, email, email_key, expires_at)
    VALUES (gen_random_uuid(), ${hashToken(secret, purpose, token)}, ${purpose}::link_purpose,
            ${address}, ${key}, now() + make_interval(mins => ${LINK_MINUTES[purpose]}::int))
    RETURNING expires_at AS "expiresAt",
      EXISTS (SELECT FROM users WHERE users.email_key = links.email_key) AS "hasAccount"`;
  if (!row) throw new Error("INSERT … RETURNING gave no row");
  return { token, ...row };
}

/**
 * Reads a link and leaves it as it is: mail scanners open links.
 *
 * @returns the address whose mailbox it proves
 * @throws AccountError `TOKEN_UNKNOWN`, `TOKEN_USED`, `TOKEN_EXPIRED`
 */
export async function openLink(
  db: Db | Tx,
  secret: string,
  purpose: LinkPurpose,
  token: string,
): Promise<Address> {
  const [link] = await db.$queryRaw<(Address & { isUsed: boolean; isExpired: boolean })[]>`
    SELECT email AS address, email_key AS key, used_at IS NOT NULL AS "isUsed",
           expires_at <= now() AS "isExpired"
    FROM links WHERE hash = ${hashToken(secret, purpose, token)}`;
  if (!link) throw new AccountError("TOKEN_UNKNOWN");
  if (link.isUsed) throw new AccountError("TOKEN_USED");
  if (link.isExpired) throw new AccountError("TOKEN_EXPIRED");
  return { address: link.address, key: link.key };
}

/**
 * Uses a link up, and with it every other of its address. Of two redemptions at once, be it of
 * one link or of two, one wins: the other waits for the end of the winner's transaction.
 *
 * @returns the address whose mailbox it proves
 * @throws AccountError `TOKEN_UNKNOWN`, `TOKEN_USED`, `TOKEN_EXPIRED`
 */
export async function redeemLink(
  tx: Tx,
  secret: string,
  purpose: LinkPurpose,
  token: string,
): Promise<Address> {
  const hash = hashToken(secret, purpose, token);
  // One lock an address: rows locked one by one would be so in crossed order, and deadlock.
  await tx.$executeRaw`
    SELECT pg_advisory_xact_lock(hashtextextended('links ' || email_key, 0))
    FROM links WHERE hash = ${hash}`;
  const address = await openLink(tx, secret, purpose, token);
  await tx.$executeRaw`
    UPDATE links SET used_at = now() WHERE email_key = ${address.key} AND used_at IS NULL`;
  return address;
}
