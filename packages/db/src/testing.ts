import { createHash } from "node:crypto";
import {
  copyPrefix,
  copyTemplate,
  prepareTemplate,
  startTestPostgres,
} from "@repo/postgres-local/testing";
import { afterAll, expect, inject, vi } from "vitest";
import type { TestProject } from "vitest/node";
import { type Db, createDb } from "./index.ts";
import { migrate } from "./migrate.ts";
import { readMigrations } from "./migrations.ts";

declare module "vitest" {
  interface ProvidedContext {
    /** The migrated database that each test database is a copy of. */
    templateUrl: string;
    /**
     * The prefix of the names of test databases. It contains the id of the process that made them.
     */
    databasePrefix: string;
  }
}

/**
 * vitest's global set-up. It starts the PostgreSQL of this clone's tests, with a migrated database
 * in it. Runs of several packages share both. The server ends with the last run, however that ends.
 */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const postgres = await startTestPostgres();
  try {
    const checksums = readMigrations().map(({ checksum }) => checksum);
    const content = createHash("sha256").update(checksums.join()).digest("hex").slice(0, 16);
    project.provide("templateUrl", await prepareTemplate(postgres.url, content, migrate));
    project.provide("databasePrefix", copyPrefix());
  } catch (error) {
    await postgres.stop();
    throw error;
  }
  return postgres.stop;
}

/**
 * Creates a migrated, empty database for the tests of a file, and drops it after them.
 *
 * @param end when it is dropped: `onTestFinished` for a single test
 */
export async function useTestDb(
  end: (drop: () => Promise<void>) => void = afterAll,
): Promise<{ db: Db; url: string }> {
  const test = await createTestDb();
  end(test.drop);
  return test;
}

/**
 * Creates a migrated, empty database for a caller who drops it.
 *
 * @param from copies this database instead, as a restored backup of it. Nothing may be connected to
 *   it. Default: the empty one
 */
export async function createTestDb(
  from = inject("templateUrl"),
): Promise<{ db: Db; url: string; drop: () => Promise<void> }> {
  const copy = await copyTemplate(from, inject("databasePrefix"));
  const db = createDb(copy.url);
  return {
    db,
    url: copy.url,
    async drop() {
      await db.$disconnect();
      await copy.drop();
    },
  };
}

/**
 * Waits until so many statements of this database wait for a lock.
 *
 * @param db not a transaction, which would see the same count again and again
 */
export async function waitForLocks(db: Db, count = 1): Promise<void> {
  await vi.waitFor(
    async () => {
      const waiting = await db.$queryRaw`
        SELECT FROM pg_stat_activity
        WHERE datname = current_database() AND wait_event_type = 'Lock'`;
      expect(waiting).toHaveLength(count);
    },
    // A busy machine is slow.
    { timeout: 60_000 },
  );
}
