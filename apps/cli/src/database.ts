import { type Db, createDb } from "@repo/db";
import { pendingMigrations } from "@repo/db/migrate";
import { AppError } from "@repo/errors";
import { readEnv } from "./env.ts";

/**
 * Runs a command on the database of `DATABASE_URL`. Without one it uses the database of `pnpm dev`,
 * and starts it if it is not running.
 *
 * @throws AppError `NO_DATABASE`, `DATABASE_UNREACHABLE`, `NOT_MIGRATED`
 */
export async function withDatabase<T>(use: (db: Db, url: string) => Promise<T>): Promise<T> {
  const { databaseUrl, setting } = readEnv();
  if (databaseUrl) return await connected(databaseUrl, use);
  const system = setting("APP_ENV") || "development";
  if (system !== "development") {
    throw new AppError("NO_DATABASE", `APP_ENV is ${system}. Set DATABASE_URL too.`);
  }
  // Loaded only here: an operator's machine has no embedded database.
  const { startDevDatabase } = await import("./dev.ts");
  const database = await startDevDatabase();
  try {
    return await connected(database.url, use);
  } finally {
    await database.stop();
  }
}

async function connected<T>(url: string, use: (db: Db, url: string) => Promise<T>): Promise<T> {
  const db = createDb(url, { poolSize: 2 });
  try {
    return await use(db, url);
  } catch (error) {
    throw explain(error) ?? (await unreachable(url)) ?? error;
  } finally {
    await db.$disconnect();
  }
}

/** Why there is no connection, for example because of TLS. Undefined: there is one. */
async function unreachable(url: string): Promise<AppError | undefined> {
  const error: unknown = await pendingMigrations(url).catch((thrown: unknown) => thrown);
  return error instanceof AppError && error.code.startsWith("DATABASE_") ? error : undefined;
}

// Prisma's codes: https://www.prisma.io/docs/orm/reference/error-reference
function explain(error: unknown): AppError | undefined {
  const { code = "", message = "" } = error as { code?: string; message?: string };
  if (["P2021", "P2022"].includes(code) || /code: `42(?:P01|703)`/i.test(message)) {
    return new AppError("NOT_MIGRATED", "The database lacks a migration: run pnpm db:deploy.", {
      cause: error,
    });
  }
  if (
    ["P1000", "P1001", "P1002", "P1003", "P1010", "P1017", "ECONNREFUSED", "ENOTFOUND"].includes(
      code,
    )
  ) {
    return new AppError(
      "DATABASE_UNREACHABLE",
      `No connection to the database (${code}): start it, or correct DATABASE_URL.`,
      { retryable: true, cause: error },
    );
  }
  return undefined;
}
