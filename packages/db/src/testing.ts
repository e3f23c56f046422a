import { tmpdir } from "node:os";
import path from "node:path";
import { inject } from "vitest";
import type { TestProject } from "vitest/node";
import { startPostgres } from "./embedded.ts";
import { execute } from "./engine.ts";
import { type Db, createDb } from "./index.ts";
import { migrate } from "./migrate.ts";

declare module "vitest" {
  interface ProvidedContext {
    /** The migrated database that each test database is a copy of. */
    templateUrl: string;
  }
}

/**
 * vitest's global set-up: one embedded PostgreSQL for the run, one migrated database in it.
 * Both end with vitest, also when it is killed.
 */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const postgres = await startPostgres({
    dataDir: path.join(tmpdir(), `sendoff-test-${crypto.randomUUID()}`),
    temporary: true,
  });
  const templateUrl = withDatabase(postgres.url, "template");
  try {
    await migrate(templateUrl);
  } catch (error) {
    await postgres.stop();
    throw error;
  }
  project.provide("templateUrl", templateUrl);
  return postgres.stop;
}

/** A migrated, empty database of the caller's own: 15 to 30 ms. */
export async function createTestDb(): Promise<{ db: Db; url: string; drop: () => Promise<void> }> {
  const templateUrl = inject("templateUrl");
  const server = withDatabase(templateUrl, "postgres");
  const name = `test_${crypto.randomUUID()}`;
  // file_copy is the faster strategy without fsync: 20 ms rather than 60.
  await execute(server, `CREATE DATABASE "${name}" TEMPLATE template STRATEGY file_copy`);
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

function withDatabase(url: string, name: string): string {
  const other = new URL(url);
  other.pathname = name;
  return other.href;
}
