import { randomUUID } from "node:crypto";
import { migrate } from "@repo/db/migrate";
import { execute, startTestPostgres, withDatabase } from "@repo/postgres-local/testing";

/**
 * Makes a database with the committed migrations, in the PostgreSQL of the tests, and runs a
 * command on it that compares it with prisma/schema.prisma.
 *
 * @param diff gets the URL of the database
 * @returns the exit code of `diff`
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
