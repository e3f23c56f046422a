import { readFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { startPostgres } from "./embedded.ts";
import { openEngine } from "./engine.ts";
import { readMigrations, toMigrationList } from "./migrations.ts";

const SCHEMA = path.resolve(import.meta.dirname, "../prisma/schema.prisma");

/**
 * Compares what the committed migrations make with prisma/schema.prisma, on a PostgreSQL of
 * its own.
 *
 * @returns the SQL of the migration that is missing; undefined when none is
 */
export async function schemaDrift(
  schema = readFileSync(SCHEMA, "utf8"),
): Promise<string | undefined> {
  const postgres = await startPostgres({
    dataDir: path.join(tmpdir(), `sendoff-drift-${crypto.randomUUID()}`),
    temporary: true,
  });
  const server = new URL(postgres.url);
  server.pathname = "postgres";
  try {
    const { engine, close } = await openEngine(server.href);
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
