import { createHash } from "node:crypto";
import pg from "pg";
import { inject } from "vitest";
import type { TestProject } from "vitest/node";
import { execute } from "./engine.ts";
import { type Db, createDb } from "./index.ts";
import { migrate } from "./migrate.ts";
import { readMigrations } from "./migrations.ts";
import { startTestPostgres, withDatabase } from "./test-postgres.ts";

declare module "vitest" {
  interface ProvidedContext {
    /** The migrated database that each test database is a copy of. */
    templateUrl: string;
    /** Begins the name of each test database: who made it. */
    databasePrefix: string;
  }
}

// One run at a time makes the template. "sendoff" on a telephone's keys.
const LOCK = "7363633, 4";

/**
 * vitest's global set-up: the PostgreSQL of this clone's tests, with a migrated database in it.
 * Runs of several packages share both. The server ends with the last of them, however that ends.
 */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const postgres = await startTestPostgres();
  try {
    project.provide("templateUrl", await prepareTemplate(postgres.url));
    project.provide("databasePrefix", `test_${process.pid}_`);
  } catch (error) {
    await postgres.stop();
    throw error;
  }
  return postgres.stop;
}

/** @returns the URL of a database with the committed migrations, made where there is none */
async function prepareTemplate(server: string): Promise<string> {
  const checksums = readMigrations().map(({ checksum }) => checksum);
  const name = `template_${createHash("sha256").update(checksums.join()).digest("hex").slice(0, 16)}`;
  const client = new pg.Client(server);
  await client.connect();
  try {
    await client.query(`SELECT pg_advisory_lock(${LOCK})`);
    const { rows } = await client.query<{ name: string }>(
      "SELECT datname AS name FROM pg_database WHERE datname ~ '^(test|template|unfinished)_'",
    );
    const exists = rows.some((row) => row.name === name);
    for (const { name: other } of rows) {
      if (other !== name && !isInUse(other)) {
        await client.query(`DROP DATABASE IF EXISTS "${other}" WITH (FORCE)`);
      }
    }
    if (!exists) {
      // Renamed once it is complete: nobody may be connected to a database that is copied.
      const unfinished = name.replace("template_", "unfinished_");
      await migrate(withDatabase(server, unfinished));
      await client.query(`ALTER DATABASE "${unfinished}" RENAME TO "${name}"`);
    }
    return withDatabase(server, name);
  } finally {
    await client.end();
  }
}

/** Whether the process that made a test database still runs. */
function isInUse(database: string): boolean {
  const pid = /^test_(\d+)_/.exec(database)?.[1];
  if (!pid) return false;
  try {
    process.kill(Number(pid), 0);
    return true;
  } catch {
    return false;
  }
}

/** A migrated, empty database of the caller's own: 15 to 30 ms. */
export async function createTestDb(): Promise<{ db: Db; url: string; drop: () => Promise<void> }> {
  const templateUrl = inject("templateUrl");
  const server = withDatabase(templateUrl, "postgres");
  const template = new URL(templateUrl).pathname.slice(1);
  const name = `${inject("databasePrefix")}${crypto.randomUUID()}`;
  // file_copy is the faster strategy without fsync: 20 ms rather than 60.
  await execute(server, `CREATE DATABASE "${name}" TEMPLATE "${template}" STRATEGY file_copy`);
  const url = withDatabase(templateUrl, name);
  const db = createDb(url);
  return {
    db,
    url,
    async drop() {
      await db.$disconnect();
      await execute(server, `DROP DATABASE "${name}" WITH (FORCE)`);
    },
  };
}
