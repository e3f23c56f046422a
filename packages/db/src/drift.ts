import { readFileSync } from "node:fs";
import path from "node:path";
import { openEngine } from "./engine.ts";
import { readMigrations, toMigrationList } from "./migrations.ts";
import { startTestPostgres } from "./test-postgres.ts";

const SCHEMA = path.resolve(import.meta.dirname, "../prisma/schema.prisma");

/**
 * Compares what the committed migrations make with prisma/schema.prisma, on the PostgreSQL of
 * the tests.
 *
 * @returns the SQL of the migration that is missing; undefined when none is
 */
export async function schemaDrift(
  schema = readFileSync(SCHEMA, "utf8"),
): Promise<string | undefined> {
  const postgres = await startTestPostgres();
  try {
    const { engine, close } = await openEngine(postgres.url);
    try {
      const { exitCode, stdout } = await engine.diff({
        from: { tag: "migrations", ...toMigrationList(readMigrations()) },
        to: { tag: "schemaDatamodel", files: [{ path: SCHEMA, content: schema }] },
        script: true,
        exitCode: true,
        filters: { externalTables: [], externalEnums: [] },
      });
      return exitCode === 0 ? undefined : (stdout ?? "");
    } finally {
      await close();
    }
  } finally {
    await postgres.stop();
  }
}
