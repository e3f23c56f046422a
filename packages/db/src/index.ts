import { PrismaPg } from "@prisma/adapter-pg";
import pg from "pg";
import { requirePublicSchema, requireUsable } from "./address.ts";
import { Prisma, PrismaClient } from "./generated/client.ts";
import { InstantsClient, withOffsets } from "./instants.ts";

export { CLOCK_SKEW } from "./clock.ts";
export { listen } from "./listen.ts";
export { Prisma };
export type * from "./generated/client.ts";

/** The database client. Connects at its first query; `$disconnect()` ends it for good. */
export type Db = PrismaClient & {
  /**
   * Runs one statement on the same pool, by `pg` alone. It is for statements that run thousands of
   * times a second, because Prisma's `$queryRaw` costs more (docs/decisions/delivery.md). Types are
   * those of pg: a bigint or numeric comes as text.
   *
   * @returns the rows that the statement selects or returns
   */
  query<Row>(statement: Prisma.Sql): Promise<Row[]>;
};

/** The client of a transaction. A function takes it to run inside the caller's transaction. */
export type Tx = Prisma.TransactionClient;

/**
 * Opens a pool on a PostgreSQL database, 15 or newer.
 *
 * @param url a `postgresql://` URL
 * @param options.poolSize the maximum number of connections. Default: 10.
 * @param options.queryTimeout ms until a query fails, and its connection is replaced. Default: none.
 * @param options.keepStatements whether PostgreSQL keeps parsed and planned statements, which saves
 *   work. It does not work through a pooler in transaction mode. Default: false.
 * @throws AppError `DATABASE_URL_INVALID`, `DATABASE_SCHEMA`. A query may also throw
 *   `DATABASE_SCHEMA`, `DATABASE_ISOLATION`, `DATABASE_ENCODING`, `DATABASE_READ_ONLY`
 */
export function createDb(
  url: string,
  options: { poolSize?: number; queryTimeout?: number; keepStatements?: boolean } = {},
): Db {
  requirePublicSchema(url);
  // In ms. Without it, a server that accepts connections and never answers would block each
  // request.
  const timeout = 5_000;
  const pool = new pg.Pool({
    connectionString: url,
    Client: InstantsClient,
    max: options.poolSize ?? 10,
    connectionTimeoutMillis: timeout,
    query_timeout: options.queryTimeout,
    // The pool awaits it, although its type does not say so.
    // oxlint-disable-next-line typescript/no-misused-promises
    onConnect: requireUsable,
  });
  // The pool replaces an idle connection that is lost. Without a listener the process would end.
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
 * Whether a query failed because it got no connection in time: the database is overloaded, does not
 * answer, or takes no writes for now. The same query may succeed later.
 */
export function gotNoConnection(error: unknown): boolean {
  // Also through Prisma.
  if ((error as { code?: string } | undefined)?.code === "DATABASE_READ_ONLY") return true;
  // Prisma's error for a transaction.
  if (error instanceof Prisma.PrismaClientKnownRequestError && error.code === "P2028")
    return error.message.includes("Unable to start a transaction");
  // pg's two texts, also through Prisma: no connection became free, or none could be opened.
  const texts = [
    "timeout exceeded when trying to connect",
    "Connection terminated due to connection timeout",
  ];
  return error instanceof Error && texts.includes(error.message);
}

// Each kept statement costs memory in every connection. The limit is for statements whose text
// keeps changing.
const MAX_STATEMENTS = 100;

/** Gives each statement a name by its text. PostgreSQL does not keep a statement named "". */
function nameStatements(): (sql: string) => string {
  const names = new Map<string, string>();
  return (sql) => {
    if (!names.has(sql) && names.size < MAX_STATEMENTS) names.set(sql, `s${names.size}`);
    return names.get(sql) ?? "";
  };
}
