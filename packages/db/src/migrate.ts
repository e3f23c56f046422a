import { setTimeout } from "node:timers/promises";
import { AppError } from "@repo/errors";
import pg from "pg";
import { codeOf, connect, connectOrCreate } from "./connect.ts";
import {
  createTable,
  failure,
  missing,
  record,
  recordEnd,
  recordFailure,
  removeUnfinished,
} from "./migration-table.ts";
import { type Migration, indexOf, readMigrations } from "./migrations.ts";

/** The lock that `prisma migrate` takes too, so that only one process migrates at a time. */
const LOCK = 72_707_369;

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
    // A role's time limits are for requests. A migration of a large table takes longer. An older server
    // does not have all of these settings.
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
      await recordEnd(client, migration);
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
  await removeUnfinished(client, migration);
  await record(client, migration);
  try {
    await client.query(sql);
  } catch (error) {
    await client.query("ROLLBACK");
    const { message } = error as Error;
    await recordFailure(client, migration, message);
    throw failure(name, message, error);
  }
  await recordEnd(client, migration);
}

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
