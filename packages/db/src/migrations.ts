import { createHash } from "node:crypto";
import { readFileSync, readdirSync } from "node:fs";
import path from "node:path";

/** The folder of the committed migrations. */
export const MIGRATIONS = path.resolve(import.meta.dirname, "../prisma/migrations");

/** A committed migration. */
export type Migration = { name: string; sql: string; checksum: string };

/** The committed migrations, oldest first. @param folder Default: this package's own. */
export function readMigrations(folder = MIGRATIONS): Migration[] {
  return readdirSync(folder, { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map(({ name }) => {
      const sql = readFileSync(path.join(folder, name, "migration.sql"), "utf8");
      return { name, sql, checksum: createHash("sha256").update(sql).digest("hex") };
    })
    .toSorted((a, b) => (a.name < b.name ? -1 : 1));
}
