import { existsSync } from "node:fs";
import path from "node:path";

/** Where the repository begins. */
export const root = path.resolve(import.meta.dirname, "../../..");

/** What the database commands read: the environment, and .env below it. */
export function readEnv() {
  const file = path.join(root, ".env");
  if (existsSync(file)) process.loadEnvFile(file);
  const { DATABASE_URL, DIRECT_DATABASE_URL, PRISMA_SCHEMA_ENGINE_BINARY, PATH } = process.env;
  return {
    /** The database itself where there is a pooler before it: migrations need a session. */
    databaseUrl: (DATABASE_URL && DIRECT_DATABASE_URL) || DATABASE_URL || undefined,
    schemaEngine: PRISMA_SCHEMA_ENGINE_BINARY,
    path: PATH,
  };
}

/** A PostgreSQL for the tests instead of their own: another version, another time zone. */
export const testDatabaseUrl = () => process.env["TEST_DATABASE_URL"] || undefined;

/** The environment of a child process: this one's, and more. */
export function withEnv(more: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  return { ...process.env, ...more };
}
