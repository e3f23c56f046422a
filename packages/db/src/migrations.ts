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

/** The index that a migration builds, if it does nothing else. It can always be built again. */
export function indexOf({ sql }: Migration): string | undefined {
  return /^(?:--.*\n|\s)*CREATE\s+(?:UNIQUE\s+)?INDEX\s+CONCURRENTLY\s+(?:IF\s+NOT\s+EXISTS\s+)?"?(\w+)/i.exec(
    sql,
  )?.[1];
}
