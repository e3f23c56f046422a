import { createHmac, hkdfSync } from "node:crypto";
import { Prisma } from "@repo/db";
import type { Keys } from "../keys.ts";

/** What stands for an address after its erasure. */
export interface Pseudonyms {
  /** @param addressKey the `key` of `parseAddress` */
  of(addressKey: string): string;
  /** The same, computed by PostgreSQL for each row. @param column with the key of an address */
  sql(column: Prisma.Sql): Prisma.Sql;
}

// SHA-256 works on blocks of 64 bytes (RFC 2104).
const BLOCK = 64;
const PREFIX = "erased:";

/**
 * Keyed hashes of erased addresses. Two facts outlive an address: that it must get no email, because
 * it has complained or an operator has suppressed it, and that a late event must be stored without
 * it. Only somebody with the key can test whether an address has such a hash.
 *
 * @param keys OPT_OUT_KEY: one key. It never changes: with another key, every opt-out is lost.
 */
export function createPseudonyms([key]: Keys): Pseudonyms {
  const derived = Buffer.from(hkdfSync("sha256", key.secret, "", "erased addresses", 32));
  const pad = (byte: number) =>
    Buffer.alloc(BLOCK, byte).map((value, i) => value ^ (derived[i] ?? 0)) as Buffer<ArrayBuffer>;
  const [inner, outer] = [pad(0x36), pad(0x5c)];
  return {
    of: (addressKey) => PREFIX + createHmac("sha256", derived).update(addressKey).digest("hex"),
    // An HMAC by hand: PostgreSQL has one only in an extension.
    sql: (column) => Prisma.sql`${PREFIX} || encode(
      sha256(${outer}::bytea || sha256(${inner}::bytea || convert_to(${column}, 'UTF8'))), 'hex')`,
  };
}
