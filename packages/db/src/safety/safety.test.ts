import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { execute, withDatabase } from "@repo/postgres-local/testing";
import { afterAll, afterEach, beforeEach, expect, test } from "vitest";
import { createTestDb } from "../testing.ts";
import { checkMigrations, report, withoutSafe } from "./safety.ts";

const name = `empty_${crypto.randomUUID()}`;
const template = await createTestDb();
const empty = withDatabase(template.url, name);
beforeEach(() => execute(template.url, `CREATE DATABASE "${name}"`));
afterEach(() => execute(template.url, `DROP DATABASE "${name}" WITH (FORCE)`));
afterAll(() => template.drop());

test("no migration hurts the previous version, unless its safe.md says why it does not", async () => {
  const left = withoutSafe(await checkMigrations(empty));
  expect(left, report(left)).toEqual([]);
});

test("a migration is safe when safe.md names each finding with a reason", async () => {
  const folder = mkdtempSync(path.join(tmpdir(), "migrations-"));
  const write = (migration: string, file: string, text: string) => {
    mkdirSync(path.join(folder, migration), { recursive: true });
    writeFileSync(path.join(folder, migration, file), text);
  };
  write("1_init", "migration.sql", "CREATE TABLE a (id INT, b INT, c INT)");
  write("2_rules", "migration.sql", "ALTER TABLE a ADD CHECK (id > 0)");
  write("3_drop", "migration.sql", "ALTER TABLE a DROP COLUMN b, DROP COLUMN c");
  write("4_index", "migration.sql", "CREATE INDEX CONCURRENTLY a_id ON a (id)");
  const checked = await checkMigrations(empty, folder);
  expect(report(withoutSafe(checked, folder))).toMatch(
    /^3_drop drops or renames the column a\.b, [^]*3_drop .* a\.c[^]*docs\/runbook\.md#changing-tables[^]*- a\.b: why$/,
  );
  write("3_drop", "safe.md", "- a.b: unused since 1.2.0\n- a.c:\n");
  expect(withoutSafe(checked, folder)).toEqual([
    { migration: "3_drop", findings: [expect.objectContaining({ name: "a.c" })] },
  ]);
  write("3_drop", "safe.md", "- a.b: unused since 1.2.0\n- a.c: nothing ever used it\n");
  expect(withoutSafe(checked, folder)).toEqual([]);
  rmSync(folder, { recursive: true });
});
