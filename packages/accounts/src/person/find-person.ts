import { type Db, Prisma, type Tx } from "@repo/db";
import { parseAddress } from "@repo/email/enqueue";
import { type Mailboxes, type Pseudonyms, findSpellings } from "@repo/email/erasure";
import type { Keys } from "@repo/email/keys";
import { isUuid } from "@repo/email/log";
import { type LimitKeys, createLimitKeys } from "../limits/keys.ts";
import { hashesOf } from "../tokens.ts";
import type { Person } from "./account-tables.ts";

/** What the hashes of a person need. */
export interface PersonKeys {
  /** AUTH_SECRET. */
  secret: Keys;
  /** By OPT_OUT_KEY. */
  pseudonyms: Pseudonyms;
}

/**
 * Finds a person by their account, or by an address without an account. An address that an account
 * has left finds that account as long as the change can be undone: its owner may write to us from
 * there.
 *
 * The earlier addresses of an account belong to it as long as their change can be undone, and no
 * other account has them or has left them lately. Otherwise an export would show the other one's
 * email.
 *
 * @param who an address, or the id of an account
 * @returns undefined if there is no such account
 * @throws EmailError `INVALID_ADDRESS`
 */
export async function findPerson(
  db: Db | Tx,
  keys: PersonKeys,
  who: string,
): Promise<(Person & { email: string }) | undefined> {
  const isId = isUuid(who);
  const address = isId ? undefined : parseAddress(who);
  const condition = address
    ? Prisma.sql`email_key = ${address.key} OR id = (
        SELECT user_id FROM links WHERE email_key = ${address.key} AND purpose = 'undo_address'
          AND used_at IS NULL AND expires_at > now()
        ORDER BY created_at LIMIT 1)`
    : Prisma.sql`id = ${who}::uuid`;
  const [user] = await db.$queryRaw<{ id: string; email: string; emailKey: string }[]>`
    SELECT id, email, email_key AS "emailKey" FROM users WHERE ${condition}`;
  if (!user) return address && { email: address.address, ...personOf(keys, null, [address.key]) };
  const earlier = await db.$queryRaw<{ key: string }[]>`
    SELECT DISTINCT email_key AS key FROM links
    WHERE user_id = ${user.id}::uuid AND purpose = 'undo_address'
      AND used_at IS NULL AND expires_at > now()
      AND email_key NOT IN (SELECT email_key FROM users WHERE id <> ${user.id}::uuid)
      AND email_key NOT IN (SELECT email_key FROM links
        WHERE purpose = 'undo_address' AND user_id <> ${user.id}::uuid)`;
  const all = new Set([user.emailKey, ...earlier.map(({ key }) => key)]);
  return { email: user.email, ...personOf(keys, user.id, [...all]) };
}

/**
 * The addresses of a person in each spelling that SES's own list may have: SES may treat two
 * spellings of an address as two addresses.
 *
 * @param person found by `findPerson`, before email to them is erased
 */
export async function spellingsOf(
  db: Db | Tx,
  { email, keys }: Person & { email: string },
): Promise<string[]> {
  return [...new Set([...keys, email, ...(await findSpellings(db, keys))])];
}

function personOf({ secret }: PersonKeys, userId: string | null, keys: string[]): Person {
  return {
    userId,
    keys,
    hashes: keys.flatMap((key) => hashesOf(secret, "address", key)),
    limits: secret.flatMap((key) => bucketsOf(createLimitKeys(key.secret), userId, keys)),
  };
}

function bucketsOf(hashes: LimitKeys, userId: string | null, keys: string[]): Person["limits"] {
  const ofAddresses = keys.flatMap((key) => [
    { name: "signUpMail", keyHash: hashes.mailbox("signUpMail", key) },
    { name: "recoveryMail", keyHash: hashes.address("recoveryMail", key) },
    { name: "wrongPassword", keyHash: hashes.address("wrongPassword", key) },
    { name: "firstPlace", keyHash: hashes.address("firstPlace", key) },
  ]);
  if (userId === null) return ofAddresses;
  const ofAccount = ["settingsMail", "accountChanges", "provenChanges", "passwordCheck"].map(
    (name) => ({
      name,
      keyHash: hashes.raw(name, userId),
    }),
  );
  return [...ofAddresses, ...ofAccount];
}

/** @param until see `Mailboxes` */
export function mailboxesOf(
  { pseudonyms }: Pick<PersonKeys, "pseudonyms">,
  keys: string[],
  until: Date | null = null,
): Mailboxes {
  return { keys, pseudonyms: keys.map((key) => pseudonyms.of(key)), until };
}
