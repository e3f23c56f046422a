import { randomUUID } from "node:crypto";
import { execute, startTestPostgres, withDatabase } from "@repo/postgres-local/testing";

/** Makes an empty database in the PostgreSQL of the tests, and drops it when `use` has ended. */
export async function onEmptyDatabase<T>(use: (url: string) => Promise<T>): Promise<T> {
  const postgres = await startTestPostgres();
  const name = `empty_${randomUUID()}`;
  try {
    await execute(postgres.url, `CREATE DATABASE "${name}"`);
    return await use(withDatabase(postgres.url, name));
  } finally {
    await execute(postgres.url, `DROP DATABASE IF EXISTS "${name}" WITH (FORCE)`);
    await postgres.stop();
  }
}
