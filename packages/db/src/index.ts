import { PrismaPg } from "@prisma/adapter-pg";
import { Prisma, PrismaClient } from "./generated/client.ts";

export { listen } from "./listen.ts";
export { Prisma };
export type * from "./generated/client.ts";

/** The database client. Connects at its first query; end it with `$disconnect()`. */
export type Db = PrismaClient;

/** What a function takes that must run inside the caller's transaction. */
export type Tx = Prisma.TransactionClient;

/**
 * Opens a pool on a PostgreSQL 18 database.
 *
 * @param url a `postgresql://` URL
 * @param options.poolSize connections kept at most; 10 unless told
 */
export function createDb(url: string, options: { poolSize?: number } = {}): Db {
  const adapter = new PrismaPg({
    connectionString: url,
    max: options.poolSize ?? 10,
    // A server that accepts and says nothing would hold every request for ever.
    connectionTimeoutMillis: 5_000,
  });
  return new PrismaClient({ adapter });
}
