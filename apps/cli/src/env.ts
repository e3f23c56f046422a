import { existsSync } from "node:fs";
import path from "node:path";

/** Where the repository begins. */
export const root = path.resolve(import.meta.dirname, "../../..");

/** What the commands read: the environment, and .env below it. */
export function readEnv() {
  const file = path.join(root, ".env");
  if (existsSync(file)) process.loadEnvFile(file);
  const { DATABASE_URL } = process.env;
  return {
    /** Undefined: the embedded database of `pnpm dev`. */
    databaseUrl: DATABASE_URL || undefined,
  };
}
