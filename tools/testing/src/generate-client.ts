import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import path from "node:path";

const DB = path.resolve(import.meta.dirname, "../../../packages/db/src");

/**
 * Generates the database client if there is none. turbo does so before `pnpm test`. This is for the
 * tests of one package in a fresh clone: `pnpm --filter @repo/web test`.
 */
export function generateClient(): void {
  if (existsSync(path.join(DB, "generated/client.ts"))) return;
  // Prisma writes to stderr if it succeeds, too.
  const { status, stderr } = spawnSync(process.execPath, [path.join(DB, "generate.ts")], {
    stdio: ["ignore", "ignore", "pipe"],
    encoding: "utf8",
  });
  if (status !== 0) throw new Error(`The database client cannot be generated:\n${stderr}`);
}
