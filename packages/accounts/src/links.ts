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
  /** The account of the address, if it has one. */
  account: { locale: string | null } | undefined;
  /** Whether another account may have the address back, because it had it until some days ago. */
  isReserved: boolean;
}

/** The link belongs to an address, and some links change the account of `userId` only. */
export interface OpenedLink extends Address {
  userId: string | null;
  createdAt: Date;
}

/**
 * Makes a link for an address, and finds out whether the address is free, in one statement.
 *
 * @param userId the account that the link changes, if that is not the account of the address
 */
export async function issueLink(
  tx: Tx,
  secret: Keys,
  purpose: LinkPurpose,
  { address, key }: Address,
  userId: string | null = null,
): Promise<NewLink> {
  const token = newToken();
  type Row = { expiresAt: Date; hasAccount: boolean; isReserved: boolean; locale: string | null };
  const [row] = await tx.$queryRaw<Row[]>`
    INSERT INTO links AS link (id, hash, purpose, email, email_key, user_id, expires_at)
    VALUES (gen_random_uuid(), ${newHash(secret, purpose, token)}, ${purpose}::link_purpose,
            ${address}, ${key}, ${userId}::uuid,
            now() + make_interval(mins => ${LINK_MINUTES[purpose]}::int))
    RETURNING expires_at AS "expiresAt",
      EXISTS (SELECT FROM users WHERE users.email_key = link.email_key) AS "hasAccount",
      (SELECT locale FROM users WHERE users.email_key = link.email_key) AS locale,
      EXISTS (${undoOfOthers(key, userId)}) AS "isReserved"`;
  if (!row) throw new Error("INSERT … RETURNING gave no row");
  const { hasAccount, locale, ...rest } = row;
  return { token, ...rest, account: hasAccount ? { locale } : undefined };
}

/**
 * Whether another account may have the address back.
 *
 * @param userId the account that asks; null: none
 */
export async function isReserved(tx: Tx, key: string, userId: string | null): Promise<boolean> {
  return (await tx.$queryRaw<object[]>(undoOfOthers(key, userId))).length > 0;
}

function undoOfOthers(key: string, userId: string | null): Prisma.Sql {
  return Prisma.sql`
    SELECT id FROM links WHERE email_key = ${key} AND purpose = 'undo_address'
      AND used_at IS NULL AND expires_at > now() AND user_id IS DISTINCT FROM ${userId}::uuid`;
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
): Promise<OpenedLink> {
  const [link] = await db.$queryRaw<(OpenedLink & { isUsed: boolean; isExpired: boolean })[]>`
    SELECT email AS address, email_key AS key, user_id AS "userId", created_at AS "createdAt",
           used_at IS NOT NULL AS "isUsed", expires_at <= now() AS "isExpired"
    FROM links WHERE ${hasHash(secret, purpose, token)}`;
  if (!link) throw new AccountError("TOKEN_UNKNOWN");
  if (link.isUsed) throw new AccountError("TOKEN_USED");
  if (link.isExpired) throw new AccountError("TOKEN_EXPIRED");
  const { isUsed: _used, isExpired: _expired, ...opened } = link;
  return opened;
}

/**
 * Uses up a link and every other link of its address, except one that undoes a change of address.
 * If two redemptions run at once, one wins. The other waits for the end of the winner's transaction.
 *
 * @returns the address that it proves
 * @throws AccountError `TOKEN_UNKNOWN`, `TOKEN_USED`, `TOKEN_EXPIRED`
 */
export async function redeemLink(
  tx: Tx,
  secret: Keys,
  purpose: LinkPurpose,
  token: string,
): Promise<OpenedLink> {
  const { key } = await openLink(tx, secret, purpose, token);
  await lockLinks(tx, [key]);
  // Another redemption may have used it up before we got the lock.
  const link = await openLink(tx, secret, purpose, token);
  await tx.$executeRaw`
    UPDATE links SET used_at = now() WHERE ${hasHash(secret, purpose, token)}`;
  await endLinks(tx, [key]);
  return link;
}

/**
 * Locks the links of addresses until the transaction ends. Call it before anything else is locked,
 * and with all addresses at once: two transactions could wait for each other otherwise.
 */
export async function lockLinks(tx: Tx, keys: string[]): Promise<void> {
  await tx.$executeRaw`
    SELECT pg_advisory_xact_lock(hash) FROM (
      SELECT DISTINCT hashtextextended('links ' || key, 0) AS hash FROM unnest(${keys}::text[]) key
      ORDER BY 1
    ) h`;
}

/**
 * Ends all links of these addresses, and those that change the account. A link that undoes a change
 * of address stays, because somebody else may have made that change. Call `lockLinks` first.
 */
export async function endLinks(
  tx: Tx,
  keys: string[],
  userId: string | null = null,
): Promise<void> {
  await tx.$executeRaw`
    WITH ended AS MATERIALIZED (
      SELECT id FROM links
      WHERE (email_key = ANY(${keys}::text[]) OR user_id = ${userId}::uuid)
        AND used_at IS NULL AND purpose <> 'undo_address'
      -- Another transaction may end the same rows, for another address. With one order there is no
      -- deadlock.
      ORDER BY id FOR UPDATE
    )
    UPDATE links SET used_at = now() FROM ended WHERE links.id = ended.id`;
}

/** A condition: the row of this link, under any key. */
function hasHash(secret: Keys, purpose: LinkPurpose, token: string): Prisma.Sql {
  return Prisma.sql`hash IN (${Prisma.join(hashesOf(secret, purpose, token))})`;
}
