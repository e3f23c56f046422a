import { PrismaPg } from "@prisma/adapter-pg";
import pg from "pg";
import { requirePublicFirst, requirePublicSchema } from "./address.ts";
import { Prisma, PrismaClient } from "./generated/client.ts";
import { InstantsClient, withOffsets } from "./instants.ts";

export { listen } from "./listen.ts";
export { Prisma };
export type * from "./generated/client.ts";

/** The database client. Connects at its first query; `$disconnect()` ends it for good. */
export type Db = PrismaClient & {
  /**
   * Runs one statement on the same pool, by `pg` alone: for what is run thousands of times a
   * second. Prisma's `$queryRaw` costs a worker a tenth of what it can deliver
   * (docs/decisions/delivery.md). Types are pg's: a bigint or numeric comes as text.
   *
   * @returns what the statement selects or returns
   */
  query<Row>(statement: Prisma.Sql): Promise<Row[]>;
};

/** What a function takes that must run inside the caller's transaction. */
export type Tx = Prisma.TransactionClient;

/**
 * Opens a pool on a PostgreSQL database, 15 or newer.
 *
 * @param url a `postgresql://` URL
 * @param options.poolSize connections kept at most; 10 by default
 * @param options.keepStatements PostgreSQL keeps what it has parsed and planned, a fifth of its
 *   work for the worker's statements; not through a pooler in transaction mode
 * @throws AppError `DATABASE_URL_INVALID`, `DATABASE_SCHEMA`; the latter each query as well
 */
export function createDb(
  url: string,
  options: { poolSize?: number; keepStatements?: boolean } = {},
): Db {
  requirePublicSchema(url);
  // In ms. A server that accepts and says nothing would hold every request for ever.
  const timeout = 5_000;
  const pool = new pg.Pool({
    connectionString: url,
    Client: InstantsClient,
    max: options.poolSize ?? 10,
    connectionTimeoutMillis: timeout,
    // The pool waits for it, though its type does not say so.
    // oxlint-disable-next-line typescript/no-misused-promises
    onConnect: requirePublicFirst,
  });
  // The pool replaces an idle connection that is lost; unheard, it would end the process.
  pool.on("error", () => undefined);
  const nameOf = options.keepStatements ? nameStatements() : () => "";
  const client = new PrismaClient({
    adapter: withOffsets(
      new PrismaPg(pool, {
        statementNameGenerator: ({ sql }) => nameOf(sql),
      }),
    ),
    // A transaction waits for its connection as long as a query does.
    transactionOptions: { maxWait: timeout },
  });
  const disconnect = client.$disconnect.bind(client);
  let ended: Promise<void> | undefined;
  return Object.assign(client, {
    async $disconnect() {
      await disconnect();
      await (ended ??= pool.end());
    },
    async query<Row>({ text, values }: Prisma.Sql): Promise<Row[]> {
      const { rows } = await pool.query({ name: nameOf(text), text, values });
      return rows as Row[];
    },
  });
}

/**
 * Whether a query failed since it got no connection in time: more is asked of the database than
 * it can do, or it does not answer. The same may succeed later.
 */
export function gotNoConnection(error: unknown): boolean {
  // Prisma's, of a transaction.
  if (error instanceof Prisma.PrismaClientKnownRequestError && error.code === "P2028")
    return error.message.includes("Unable to start a transaction");
  // pg's two texts, also through Prisma: none of the pool came free, or none could be opened.
  const texts = [
    "timeout exceeded when trying to connect",
    "Connection terminated due to connection timeout",
  ];
  return error instanceof Error && texts.includes(error.message);
}

// Each kept statement costs every connection memory: one whose text varies without end must not.
const MAX_STATEMENTS = 100;

/** A name for each text of a statement; "" is PostgreSQL's for one that is not kept. */
function nameStatements(): (sql: string) => string {
  const names = new Map<string, string>();
  return (sql) => {
    if (!names.has(sql) && names.size < MAX_STATEMENTS) names.set(sql, `s${names.size}`);
    return names.get(sql) ?? "";
  };
}
