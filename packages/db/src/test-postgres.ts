import { rmSync } from "node:fs";
import path from "node:path";
import { type Postgres, startPostgres } from "./embedded.ts";
import { root, testDatabaseUrl } from "./env.ts";
import { AppError } from "@repo/errors";

const DATA_DIR = path.join(root, ".local/test-pg");

/**
 * Starts the PostgreSQL of this clone's tests, or joins the one that runs. Its folder is kept:
 * making it anew would take longer than most tests. TEST_DATABASE_URL names another server.
 *
 * @returns the URL of the database `postgres`, and `stop`
 */
export async function startTestPostgres(): Promise<Postgres> {
  const other = testDatabaseUrl();
  if (other) return { url: withDatabase(other, "postgres"), stop: () => Promise.resolve() };
  const options = { dataDir: DATA_DIR, fast: true };
  const { url, stop } = await startPostgres(options).catch((error: unknown) => {
    // It is not durable: a crash of the machine may have left it in pieces.
    if (!(error instanceof AppError) || error.code !== "POSTGRES_FAILED") throw error;
    rmSync(DATA_DIR, { recursive: true, force: true });
    return startPostgres(options);
  });
  return { url: withDatabase(url, "postgres"), stop };
}

/** The URL of another database on the same server. */
export function withDatabase(url: string, name: string): string {
  const other = new URL(url);
  other.pathname = name;
  return other.href;
}
