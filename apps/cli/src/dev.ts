// Only a developer's machine has this: the database of `pnpm dev`.
import { existsSync } from "node:fs";
import path from "node:path";
import { AppError } from "@repo/errors";
import { type Postgres, startPostgres } from "@repo/postgres-local";
import { root } from "./env.ts";

/**
 * Starts the database of `pnpm dev`, or joins it if it runs.
 *
 * @throws AppError `NO_DATABASE`
 */
export async function startDevDatabase(): Promise<Postgres> {
  const dataDir = path.join(root, ".local/pg");
  if (existsSync(dataDir)) return await startPostgres({ dataDir });
  throw new AppError(
    "NO_DATABASE",
    "There is no database yet: start `pnpm dev` once, or set DATABASE_URL.",
  );
}
