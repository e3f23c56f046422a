import { randomUUID } from "node:crypto";
import { setTimeout } from "node:timers/promises";
import { AppError } from "@repo/errors";
import pg from "pg";
import { requirePublicSchema, requireUsable } from "./address.ts";
import { type Migration, readMigrations } from "./migrations.ts";

/** The lock that `prisma migrate` takes too, so that only one process migrates at a time. */
const LOCK = 72_707_369;

/** In ms: how long a connection may take. */
const TIMEOUT = 10_000;

// A statement that waits for a table makes everybody who comes later wait too. So it gives up soon,
// lets them through and tries again.
const LOCK_TIMEOUT = "3s";
const TRIES = 10;

/** Such a migration is not one transaction. It waits for its tables without a limit. */
const IN_PIECES = /\b(?:CONCURRENTLY|COMMIT)\b/i;

/**
 * Applies the committed migrations that a database lacks, and records them as `prisma migrate`
 * does. It creates the database if it is missing.
 *
 * @param url the database's own, and not that of a pooler in transaction mode
 * @param folder the migrations, for a bundle that has them elsewhere
 * @returns the names of those applied now
 * @throws AppError `MIGRATION_FAILED` when one failed, now or earlier; `MIGRATION_EDITED` when
 *   one was changed after it was applied; `MIGRATION_BLOCKED` when others hold a table for half a
 *   minute, and then this migration has changed nothing; `DATABASE_UNREACHABLE`
 */
export async function migrate(url: string, folder?: string): Promise<string[]> {
  const client = await connectOrCreate(url);
  try {
    // A role's limits are for requests. A large table takes a migration longer. The server may not know
    // all of them.
    await client.query(
      `SELECT set_config(name, '0', false) FROM pg_settings WHERE name IN
        ('statement_timeout', 'transaction_timeout', 'idle_in_transaction_session_timeout')`,
    );
    await takeTurn(client);
    const migrations = readMigrations(folder);
    const names = await missing(client, migrations);
    if (names.length > 0) await createTable(client);
    for (const migration of migrations.filter(({ name }) => names.includes(name))) {
      await apply(client, migration);
    }
    return names;
  } finally {
    await client.end();
  }
}

/**
 * Asks again and again. A statement that waits for the lock would be a deadlock: CREATE INDEX
 * CONCURRENTLY, in the process that has the lock, waits for every statement that has begun.
 */
async function takeTurn(client: pg.Client): Promise<void> {
  for (;;) {
    const { rows } = await client.query<{ taken: boolean }>(
      `SELECT pg_try_advisory_lock(${LOCK}) AS taken`,
    );
    if (rows[0]?.taken) return;
    await setTimeout(100);
  }
}

/** Creates Prisma's own table if it is missing. */
async function createTable(client: pg.Client): Promise<void> {
  if (await hasTable(client)) return;
  const { rows } = await client.query<{ name: string }>(
    `SELECT relname AS name FROM pg_class
      WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'p', 'v', 'm', 'f')
        AND NOT EXISTS (SELECT FROM pg_depend WHERE objid = pg_class.oid AND deptype = 'e')
      LIMIT 1`,
  );
  if (rows[0]) {
    throw new AppError(
      "MIGRATION_FAILED",
      `The database is not empty (${rows[0].name}), and no migration of this app made it. Give the ` +
        "app a database of its own; or, where the tables are this app's, https://pris.ly/d/migrate-baseline.",
    );
  }
  try {
    await client.query(
      `CREATE TABLE _prisma_migrations (
        id VARCHAR(36) PRIMARY KEY NOT NULL,
        checksum VARCHAR(64) NOT NULL,
        finished_at TIMESTAMPTZ,
        migration_name VARCHAR(255) NOT NULL,
        logs TEXT,
        rolled_back_at TIMESTAMPTZ,
        started_at TIMESTAMPTZ NOT NULL DEFAULT now(),
        applied_steps_count INTEGER NOT NULL DEFAULT 0
      )`,
    );
  } catch (cause) {
    const { message } = cause as Error;
    const grant = `As its owner: GRANT USAGE, CREATE ON SCHEMA public TO "${client.user}"; then try again.`;
    const isForbidden = /permission denied for schema/.test(message);
    throw new AppError("MIGRATION_FAILED", isForbidden ? `${message}. ${grant}` : message, {
      cause,
    });
  }
}

/** Applies a migration and records it, in one transaction unless its own statements end it. */
async function apply(client: pg.Client, migration: Migration): Promise<void> {
  try {
    if (IN_PIECES.test(migration.sql)) await applyInPieces(client, migration);
    else await applyWhole(client, migration);
  } catch (cause) {
    if (codeOf(cause) !== undefined) throw cause;
    const { message } = cause as Error;
    throw new AppError(
      "DATABASE_UNREACHABLE",
      `The connection to the database was lost during migration ${migration.name}: ${message}. Try again.`,
      { retryable: true, cause },
    );
  }
}

/** If it fails or is interrupted, it has changed nothing, and the next try begins anew. */
async function applyWhole(client: pg.Client, migration: Migration): Promise<void> {
  const { name, sql } = migration;
  await client.query(`SET lock_timeout = '${LOCK_TIMEOUT}'`);
  for (let left = TRIES - 1; ; left--) {
    try {
      await client.query("BEGIN");
      await record(client, migration);
      await client.query(sql);
      await finish(client, migration);
      await client.query("COMMIT");
      return;
    } catch (cause) {
      await client.query("ROLLBACK");
      if (isLocked(cause) && left > 0) continue;
      throw isLocked(cause)
        ? new AppError(
            "MIGRATION_BLOCKED",
            `Migration ${name} did not get a lock on its tables: ${await blockersOf(client)}. It has changed nothing. Those before it stay applied. Wait until the others end, then try again.`,
            { retryable: true, cause },
          )
        : new AppError(
            "MIGRATION_FAILED",
            `Migration ${name} failed: ${(cause as Error).message}. It has changed nothing. Correct its SQL, then try again.`,
            { cause },
          );
    }
  }
}

/** Its record is written first, so that an interruption leaves a trace. */
async function applyInPieces(client: pg.Client, migration: Migration): Promise<void> {
  const { name, sql } = migration;
  await client.query("SET lock_timeout = 0");
  const index = indexOf(migration);
  if (index) await client.query(`DROP INDEX CONCURRENTLY IF EXISTS ${pg.escapeIdentifier(index)}`);
  await client.query(`DELETE FROM _prisma_migrations WHERE ${UNFINISHED}`, [name]);
  await record(client, migration);
  try {
    await client.query(sql);
  } catch (error) {
    await client.query("ROLLBACK");
    const { message } = error as Error;
    await client.query(`UPDATE _prisma_migrations SET logs = $2 WHERE ${UNFINISHED}`, [
      name,
      message,
    ]);
    throw failure(name, message, error);
  }
  await finish(client, migration);
}

/** The index that a migration builds, if it does nothing else. It can always be built again. */
function indexOf({ sql }: Migration): string | undefined {
  return /^(?:--.*\n|\s)*CREATE\s+(?:UNIQUE\s+)?INDEX\s+CONCURRENTLY\s+(?:IF\s+NOT\s+EXISTS\s+)?"?(\w+)/i.exec(
    sql,
  )?.[1];
}

async function record(client: pg.Client, { name, checksum }: Migration): Promise<void> {
  await client.query(
    "INSERT INTO _prisma_migrations (id, checksum, migration_name) VALUES ($1, $2, $3)",
    [randomUUID(), checksum, name],
  );
}

async function finish(client: pg.Client, { name }: Migration): Promise<void> {
  await client.query(
    `UPDATE _prisma_migrations SET finished_at = clock_timestamp(), applied_steps_count = 1
      WHERE ${UNFINISHED}`,
    [name],
  );
}

const UNFINISHED = "migration_name = $1 AND finished_at IS NULL AND rolled_back_at IS NULL";

const isLocked = (error: unknown) => codeOf(error) === "55P03";

/** Who has been in a transaction for longer than a migration waits. */
async function blockersOf(client: pg.Client): Promise<string> {
  const { rows } = await client.query<{ who: string }>(
    `SELECT format('process %s (%s)', pid, application_name) AS who FROM pg_stat_activity
      WHERE datname = current_database() AND xact_start < now() - interval '${LOCK_TIMEOUT}'
        AND pid <> pg_backend_pid()
      ORDER BY xact_start LIMIT 5`,
  );
  return rows.map(({ who }) => who).join(", ") || "others use them all the time";
}

/** The reason of a failure, from the text that this or Prisma's own engine has recorded. */
function reasonOf(text: string): string {
  return text.replace(/^[\s\S]*?ERROR: /, "").split("\n", 1)[0] ?? "";
}

/**
 * The committed migrations that a database lacks.
 *
 * @param folder as for `migrate`
 * @throws AppError as `migrate` does, for what was applied earlier
 */
export async function pendingMigrations(url: string, folder?: string): Promise<string[]> {
  const client = await connect(url);
  try {
    return await missing(client, readMigrations(folder));
  } finally {
    await client.end();
  }
}

async function missing(client: pg.Client, migrations: Migration[]): Promise<string[]> {
  const applied = await readApplied(client);
  for (const migration of migrations) {
    const row = applied.get(migration.name);
    if (row && !row.finished && indexOf(migration)) applied.delete(row.name);
  }
  for (const row of applied.values()) {
    if (row.finished) continue;
    throw failure(row.name, row.logs === null ? "it was interrupted" : reasonOf(row.logs));
  }
  for (const { name, checksum } of migrations) {
    const row = applied.get(name);
    if (row && row.checksum !== checksum) {
      throw new AppError(
        "MIGRATION_EDITED",
        `Migration ${name} was changed after it was applied to this database. Restore its file ` +
          "and write a new migration (pnpm db:migrate); or, losing the data, pnpm db:reset.",
      );
    }
  }
  return migrations.map(({ name }) => name).filter((name) => !applied.has(name));
}

function failure(name: string, reason: string, cause?: unknown): AppError {
  return new AppError(
    "MIGRATION_FAILED",
    `Migration ${name} failed: ${reason}. Correct its SQL, then: pnpm db:prisma ` +
      `migrate resolve --rolled-back ${name}; or, losing the data, pnpm db:reset.`,
    { cause },
  );
}

type Applied = { name: string; checksum: string; finished: boolean; logs: string | null };

/** The migrations that are recorded, without those that are marked as rolled back. */
async function readApplied(client: pg.Client): Promise<Map<string, Applied>> {
  if (!(await hasTable(client))) return new Map();
  const { rows } = await client.query<Applied>(
    `SELECT migration_name AS name, checksum, finished_at IS NOT NULL AS finished, logs
       FROM _prisma_migrations WHERE rolled_back_at IS NULL`,
  );
  return new Map(rows.map((row) => [row.name, row]));
}

async function hasTable(client: pg.Client): Promise<boolean> {
  const { rows } = await client.query<{ exists: boolean }>(
    "SELECT to_regclass('_prisma_migrations') IS NOT NULL AS exists",
  );
  return rows[0]?.exists ?? false;
}

async function connectOrCreate(url: string): Promise<pg.Client> {
  try {
    return await connect(url);
  } catch (error) {
    if (codeOf((error as Error).cause) !== "3D000") throw error;
  }
  const { pathname } = new URL(url);
  const name = decodeURIComponent(pathname.slice(1));
  const server = new URL(url);
  server.pathname = "postgres";
  const client = new pg.Client(server.href);
  try {
    await client.connect();
    await client.query(`CREATE DATABASE ${pg.escapeIdentifier(name)}`);
  } catch (cause) {
    // Another process created it meanwhile, or is about to.
    if (!["42P04", "23505"].includes(codeOf(cause) ?? "")) {
      throw new AppError(
        "DATABASE_MISSING",
        `There is no database ${name}, and this role cannot create it (${(cause as Error).message}). Create it, or correct DATABASE_URL.`,
        { cause },
      );
    }
  } finally {
    await client.end();
  }
  return await connect(url);
}

/** @throws AppError `DATABASE_URL_INVALID`, `DATABASE_UNREACHABLE`, and those of `requireUsable` */
async function connect(url: string): Promise<pg.Client> {
  requirePublicSchema(url);
  const client = await open(url);
  try {
    await requireUsable(client);
    return client;
  } catch (error) {
    await client.end();
    throw error;
  }
}

async function open(url: string): Promise<pg.Client> {
  let at = "";
  try {
    // It reads the files that the address names.
    const client = new pg.Client({ connectionString: url, connectionTimeoutMillis: TIMEOUT });
    at = ` at ${client.host}:${client.port}`;
    // If the connection is lost, its query fails too. Without a listener the process would end.
    client.on("error", () => undefined);
    await client.connect();
    return client;
  } catch (cause) {
    const { message } = cause as Error;
    throw new AppError(
      "DATABASE_UNREACHABLE",
      `No connection to the database${at}: ${message || codeOf(cause)}. ${nextStep(cause)}`,
      { retryable: true, cause },
    );
  }
}

// The codes and texts with which a connection fails, and what to do.
// https://www.postgresql.org/docs/current/errcodes-appendix.html
const NEXT_STEPS: [RegExp, string][] = [
  [
    /SELF_SIGNED|UNABLE_TO_(?:GET_ISSUER|VERIFY)/,
    "This machine does not trust the server's certificate: download its authority's, and add sslrootcert=/path/to/it.pem to DATABASE_URL, or name the file in NODE_EXTRA_CA_CERTS.",
  ],
  [/ALTNAME_INVALID/, "Write the host in DATABASE_URL as the server's certificate has it."],
  [/does not support SSL/, "Switch SSL on there, or remove sslmode from DATABASE_URL."],
  [/no encryption/, "The server wants TLS: add sslmode=verify-full to DATABASE_URL."],
  [/ENOENT/, "Correct the name of that file in DATABASE_URL."],
  [/28P01|28000/, "Correct the user and the password of DATABASE_URL."],
  [/53300|08P01.*max/, "The server has no free connection: close some, or raise max_connections."],
];

function nextStep(cause: unknown): string {
  const text = `${codeOf(cause)} ${(cause as Error).message}`;
  const known = NEXT_STEPS.find(([pattern]) => pattern.test(text));
  return known?.[1] ?? "Start it, or correct DATABASE_URL.";
}

function codeOf(error: unknown): string | undefined {
  return (error as { code?: string } | undefined)?.code;
}
