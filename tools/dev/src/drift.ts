import { randomUUID } from "node:crypto";
import { migrate } from "@repo/db/migrate";
import { execute, startTestPostgres, withDatabase } from "@repo/postgres-local/testing";

/**
 * Has a command compare prisma/schema.prisma with what the committed migrations make, on the
 * PostgreSQL of the tests.
 *
 * @returns what `diff` answers, which gets the URL of a database that the migrations have made
 */
export async function onMigrated(diff: (url: string) => Promise<number>): Promise<number> {
  const postgres = await startTestPostgres();
  const name = `drift_${randomUUID()}`;
  try {
    await migrate(withDatabase(postgres.url, name));
    return await diff(withDatabase(postgres.url, name));
  } finally {
    await execute(postgres.url, `DROP DATABASE IF EXISTS "${name}" WITH (FORCE)`);
    await postgres.stop();
  }
}
