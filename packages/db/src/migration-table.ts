import { randomUUID } from "node:crypto";
import { AppError } from "@repo/errors";
import type pg from "pg";
import { type Migration, indexOf } from "./migrations.ts";

// Prisma's own table, so that its commands know what was applied.
// https://www.prisma.io/docs/orm/prisma-migrate/understanding-prisma-migrate/migration-histories

const UNFINISHED = "migration_name = $1 AND finished_at IS NULL AND rolled_back_at IS NULL";

/** Creates the table if it is missing. */
export async function createTable(client: pg.Client): Promise<void> {
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

/** Records that a migration begins. */
export async function record(client: pg.Client, { name, checksum }: Migration): Promise<void> {
  await client.query(
    "INSERT INTO _prisma_migrations (id, checksum, migration_name) VALUES ($1, $2, $3)",
    [randomUUID(), checksum, name],
  );
}

/** Records that it has ended. */
export async function recordEnd(client: pg.Client, { name }: Migration): Promise<void> {
  await client.query(
    `UPDATE _prisma_migrations SET finished_at = clock_timestamp(), applied_steps_count = 1
      WHERE ${UNFINISHED}`,
    [name],
  );
}

/** Records why it has failed. */
export async function recordFailure(
  client: pg.Client,
  { name }: Migration,
  reason: string,
): Promise<void> {
  await client.query(`UPDATE _prisma_migrations SET logs = $2 WHERE ${UNFINISHED}`, [name, reason]);
}

/** Removes the record of an earlier try that did not end. */
export async function removeUnfinished(client: pg.Client, { name }: Migration): Promise<void> {
  await client.query(`DELETE FROM _prisma_migrations WHERE ${UNFINISHED}`, [name]);
}

/**
 * The migrations that a database lacks.
 *
 * @throws AppError `MIGRATION_FAILED`, `MIGRATION_EDITED`
 */
export async function missing(client: pg.Client, migrations: Migration[]): Promise<string[]> {
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

/** The error for a migration that has failed in the middle: a person must say how to go on. */
export function failure(name: string, reason: string, cause?: unknown): AppError {
  return new AppError(
    "MIGRATION_FAILED",
    `Migration ${name} failed: ${reason}. Correct its SQL, then: pnpm db:prisma ` +
      `migrate resolve --rolled-back ${name}; or, losing the data, pnpm db:reset.`,
    { cause },
  );
}

/** The reason of a failure, from the text that this or Prisma's own engine has recorded. */
function reasonOf(text: string): string {
  return text.replace(/^[\s\S]*?ERROR: /, "").split("\n", 1)[0] ?? "";
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
