import { rmSync } from "node:fs";
import path from "node:path";
import { AppError } from "@repo/errors";
import pg from "pg";
import { testDatabaseUrl } from "./env.ts";
import { makeFolderInMemory, removeFolderInMemory } from "./memory.ts";
import { type Postgres, runningPostgres, startPostgres } from "./postgres.ts";
import { isRunning } from "./running.ts";

const FOLDER = path.resolve(import.meta.dirname, "../../../.local/tests");
const DATA_DIR = path.join(FOLDER, "pg");

// Only one process at a time makes a template.
const LOCK = "7363633, 4";

/**
 * Starts the PostgreSQL of this clone's tests, or joins the running one. It keeps its folder,
 * because creating one takes longer than most tests. TEST_DATABASE_URL names another server.
 *
 * @returns the URL of the database `postgres`, and `stop`
 */
export async function startTestPostgres(): Promise<Omit<Postgres, "ended">> {
  const other = testDatabaseUrl();
  if (other) return { url: withDatabase(other, "postgres"), stop: () => Promise.resolve() };
  makeFolderInMemory(FOLDER);
  const options = { dataDir: DATA_DIR, fast: true };
  const { url, stop } = await startPostgres(options).catch((error: unknown) => {
    // The data is not durable. If a crash of the machine has broken it, it is created again.
    if (!(error instanceof AppError) || error.code !== "POSTGRES_FAILED") throw error;
    rmSync(DATA_DIR, { recursive: true, force: true });
    return startPostgres(options);
  });
  return { url: withDatabase(url, "postgres"), stop };
}

/**
 * Removes the data of this clone's tests.
 *
 * @returns false, and removes nothing, while tests run
 */
export async function removeTestPostgres(): Promise<boolean> {
  if (await runningPostgres(DATA_DIR)) return false;
  removeFolderInMemory(FOLDER);
  return true;
}

/**
 * Makes a template database if there is none with this content. It drops other templates, and
 * copies of processes that have ended.
 *
 * @param server the URL of the database `postgres`
 * @param content hash of the content, in hexadecimal digits
 * @param fill creates the content in a database that may not exist yet
 * @returns its URL
 */
export async function prepareTemplate(
  server: string,
  content: string,
  fill: (url: string) => Promise<unknown>,
): Promise<string> {
  const name = `template_${content}`;
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
      // Renamed when complete, so that nobody is connected to a template when it is copied.
      const unfinished = `unfinished_${content}`;
      await fill(withDatabase(server, unfinished));
      await client.query(`ALTER DATABASE "${unfinished}" RENAME TO "${name}"`);
    }
    return withDatabase(server, name);
  } finally {
    await client.end();
  }
}

/** The prefix of the names of this process's copies. */
export const copyPrefix = () => `test_${process.pid}_`;

/** Whether the process that made a copy still runs. */
function isInUse(database: string): boolean {
  const pid = /^test_(\d+)_/.exec(database)?.[1];
  return pid !== undefined && isRunning(Number(pid));
}

/**
 * Copies a template. It takes 15 to 30 ms.
 *
 * @param prefix begins the name of the copy: `copyPrefix()`
 */
export async function copyTemplate(
  templateUrl: string,
  prefix: string,
): Promise<{ url: string; drop: () => Promise<void> }> {
  const server = withDatabase(templateUrl, "postgres");
  const template = new URL(templateUrl).pathname.slice(1);
  const name = `${prefix}${crypto.randomUUID()}`;
  // Without fsync, file_copy is the faster strategy: 20 ms, not 60.
  await execute(server, `CREATE DATABASE "${name}" TEMPLATE "${template}" STRATEGY file_copy`);
  return {
    url: withDatabase(templateUrl, name),
    drop: () => execute(server, `DROP DATABASE "${name}" WITH (FORCE)`),
  };
}

/** The URL of another database on the same server. */
export function withDatabase(url: string, name: string): string {
  const other = new URL(url);
  other.pathname = name;
  return other.href;
}

/** Runs SQL on a new connection. */
export async function execute(url: string, sql: string): Promise<void> {
  const client = new pg.Client(url);
  await client.connect();
  try {
    await client.query(sql);
  } finally {
    await client.end();
  }
}
