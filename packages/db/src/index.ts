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
 * @param options.keepStatements PostgreSQL keeps what it has parsed and planned, a fifth of its
 *   work for the worker's statements; not through a pooler in transaction mode
 */
export function createDb(
  url: string,
  options: { poolSize?: number; keepStatements?: boolean } = {},
): Db {
  const adapter = new PrismaPg(
    {
      connectionString: url,
      max: options.poolSize ?? 10,
      // A server that accepts and says nothing would hold every request for ever.
      connectionTimeoutMillis: 5_000,
    },
    options.keepStatements ? { statementNameGenerator: nameStatements() } : {},
  );
  return new PrismaClient({ adapter });
}

// Each kept statement costs every connection memory: one whose text varies without end must not.
const MAX_STATEMENTS = 100;

/** A name for each text of a statement; "" is PostgreSQL's for one that is not kept. */
function nameStatements(): (query: { sql: string }) => string {
  const names = new Map<string, string>();
  return ({ sql }) => {
    if (!names.has(sql) && names.size < MAX_STATEMENTS) names.set(sql, `s${names.size}`);
    return names.get(sql) ?? "";
  };
}
