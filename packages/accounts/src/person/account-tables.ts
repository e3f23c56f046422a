import { Prisma } from "@repo/db";
import type { PersonTable } from "@repo/email/erasure";

/** A person, as the tables of accounts know them. */
export interface Person {
  /** Of the account. Null: there is none. */
  userId: string | null;
  /** The keys of the addresses. */
  keys: string[];
  /** Keyed hashes of the addresses: `reset_requests.email_hash`. */
  hashes: Uint8Array[];
  /** Their buckets: `name` and `key` of `limits`. */
  limits: { name: string; keyHash: Uint8Array }[];
}

const secret = "a hash of a secret";
const sameAddress = "the same address in another spelling";
const sameAccount = "the same account";

const byKey = ({ keys }: Person) => Prisma.sql`email_key = ANY(${keys}::text[])`;
const byUser = ({ userId }: Person) => Prisma.sql`user_id = ${userId}::uuid`;

/**
 * The tables of accounts that know a person, in the order in which they are erased: a table before
 * those that it refers to.
 */
export const ACCOUNT_TABLES: PersonTable<Person>[] = [
  {
    table: "reset_requests",
    rows: ({ hashes }) =>
      Prisma.sql`email_hash = ANY(${hashes.map((hash) => Buffer.from(hash))}::bytea[])`,
    given: ["id", "created_at", "handled_at", "result"],
    withheld: { email_hash: "a keyed hash of the address", email: sameAddress },
  },
  {
    table: "sessions",
    rows: byUser,
    given: ["id", "device", "created_at", "used_at", "password_checked_at", "expires_at"],
    withheld: { token_hash: secret, user_id: sameAccount },
  },
  {
    table: "links",
    // Not those that the account had sent to other addresses: `used_at` would tell what the owner of
    // such an address does. They are deleted with the account (ON DELETE CASCADE).
    rows: byKey,
    // The links of other accounts would tell what those do.
    exported: ({ userId }) => Prisma.sql`user_id IS NULL OR user_id = ${userId}::uuid`,
    given: ["id", "purpose", "email", "created_at", "expires_at", "used_at"],
    withheld: { hash: secret, email_key: sameAddress, user_id: sameAccount },
  },
  {
    table: "sign_ups",
    rows: byKey,
    given: ["id", "email", "message_id", "created_at", "expires_at"],
    withheld: {
      email_key: sameAddress,
      profile: "anybody may have typed it, with this address",
      locale: "of the browser, which may be anybody's",
      password_hash: secret,
      browser_hash: secret,
    },
  },
  {
    table: "users",
    rows: ({ userId }) => Prisma.sql`id = ${userId}::uuid`,
    given: ["id", "name", "email", "locale", "role", "created_at"],
    withheld: {
      email_key: sameAddress,
      password_hash: secret,
      trust_epoch: "how often all trusted browsers were ended",
    },
  },
  {
    table: "limits",
    rows: ({ limits }) => Prisma.sql`(name, key) IN (
      SELECT * FROM unnest(${limits.map(({ name }) => name)}::text[],
        ${limits.map(({ keyHash }) => Buffer.from(keyHash))}::bytea[]))`,
    given: ["name", "full_at"],
    withheld: { key: "a keyed hash of the address or of the account's id" },
    kept: "a keyed hash; deleted when the limit is full again, after 36 hours at most",
  },
];

/** The tables of accounts that exports and erasures leave out, and why. */
export const NOT_ABOUT_PEOPLE: Record<string, string> = {
  erasures: "sealed addresses of an erasure that is on its way; deleted when it is done",
};
