import { existsSync } from "node:fs";
import path from "node:path";
import { parseArgs } from "node:util";
import { migrate as applyMigrations } from "@repo/db/migrate";
import { AppError } from "@repo/errors";
import { readEnv } from "./env.ts";

/** Where the build copies the migrations. Without a build it does not exist. */
export const MIGRATIONS = path.join(import.meta.dirname, "migrations");

/**
 * `node main.mjs migrate`: applies the migrations that the database lacks, without the repository
 * and without Prisma. Several may run at once.
 *
 * @returns the exit code
 * @throws AppError `NO_DATABASE`, and those of `migrate`
 */
export async function migrate(args: string[]): Promise<number> {
  parseArgs({ args });
  const { directDatabaseUrl: url } = readEnv();
  if (!url) throw new AppError("NO_DATABASE", "Set DATABASE_URL to the database to migrate.");
  const applied = await applyMigrations(url, existsSync(MIGRATIONS) ? MIGRATIONS : undefined);
  for (const name of applied) console.log(`applied ${name}`);
  console.log(
    applied.length === 0 ? "The database has every migration." : "The database is migrated.",
  );
  return 0;
}
