import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { execute, withDatabase } from "@repo/postgres-local/testing";
import pg from "pg";
import { afterAll, afterEach, beforeEach, expect, test, vi } from "vitest";
import { migrate } from "./migrate.ts";
import { createTestDb } from "./testing.ts";

const template = await createTestDb();
afterAll(() => template.drop());

let folder: string;
let url: string;
let holder: pg.Client;

beforeEach(async () => {
  url = withDatabase(template.url, `locks_${crypto.randomUUID()}`);
  folder = mkdtempSync(path.join(tmpdir(), "migrations-"));
  write("1_init", "CREATE TABLE a (id INT)");
  await migrate(url, folder);
  write("2_add", "ALTER TABLE a ADD b INT; ALTER TABLE a ADD c INT");
  // As a backup does, for as long as it takes.
  holder = new pg.Client({ connectionString: url, application_name: "a backup" });
  await holder.connect();
  await holder.query("BEGIN; LOCK TABLE a IN ACCESS SHARE MODE");
});
afterEach(async () => {
  await holder.end();
  await execute(template.url, `DROP DATABASE "${new URL(url).pathname.slice(1)}" WITH (FORCE)`);
  rmSync(folder, { recursive: true });
});

function write(name: string, sql: string): void {
  mkdirSync(path.join(folder, name));
  writeFileSync(path.join(folder, name, "migration.sql"), sql);
}

test("a migration that waits for a table lets everybody else through, and goes on later", async () => {
  const migrating = migrate(url, folder);
  await vi.waitFor(async () => {
    const { rows } = await holder.query("SELECT FROM pg_locks WHERE NOT granted");
    expect(rows).toHaveLength(1);
  });
  // It comes after the migration in the queue for the table, and the table is still held.
  await execute(url, "INSERT INTO a VALUES (1)");
  await holder.query("COMMIT");
  expect(await migrating).toEqual(["2_add"]);
});

test("a migration that never gets its table changes nothing, names who has it, and works later", async () => {
  const { pid } = (await holder.query<{ pid: number }>("SELECT pg_backend_pid() AS pid")).rows[0]!;
  await expect(migrate(url, folder)).rejects.toMatchObject({
    code: "MIGRATION_BLOCKED",
    retryable: true,
    message: expect.stringContaining(
      `2_add did not get a lock on its tables: process ${pid} (a backup)`,
    ),
  });
  await holder.query("COMMIT");
  expect(await migrate(url, folder)).toEqual(["2_add"]);
});

const DATABASE = () => `"${new URL(url).pathname.slice(1)}"`;
const valid = async () => {
  const { rows } = await holder.query<{ valid: boolean }>(
    "SELECT indisvalid AS valid FROM pg_index WHERE indexrelid = 'a_b'::regclass",
  );
  return rows[0]?.valid;
};

test("limits of a role, for its requests, end no migration", async () => {
  await execute(url, `ALTER DATABASE ${DATABASE()} SET lock_timeout = '100ms'`);
  await execute(url, `ALTER DATABASE ${DATABASE()} SET transaction_timeout = '100ms'`);
  await holder.query("COMMIT; BEGIN; INSERT INTO a VALUES (1)");
  write("3_index", "CREATE INDEX CONCURRENTLY a_b ON a (id)");
  write("4_slow", "SELECT pg_sleep(0.3)");
  rmSync(path.join(folder, "2_add"), { recursive: true });
  const migrating = migrate(url, folder);
  await vi.waitFor(async () => {
    const { rows } = await holder.query("SELECT FROM pg_locks WHERE NOT granted");
    expect(rows).toHaveLength(1);
  });
  await holder.query("SELECT pg_sleep(0.3)");
  await holder.query("COMMIT");
  expect(await migrating).toEqual(["3_index", "4_slow"]);
});

test.each([
  ["a migration", "ALTER TABLE a ADD d INT"],
  ["the building of an index", "CREATE INDEX CONCURRENTLY a_b ON a (id)"],
])("%s that lost its connection is tried again, and the process lives", async (_what, sql) => {
  await holder.query("COMMIT; BEGIN; INSERT INTO a VALUES (1)");
  rmSync(path.join(folder, "2_add"), { recursive: true });
  write("3_lost", sql);
  const migrating = migrate(url, folder);
  migrating.catch(() => undefined);
  await vi.waitFor(async () => {
    const { rows } = await holder.query(
      "SELECT pg_terminate_backend(pid) FROM pg_locks WHERE NOT granted",
    );
    expect(rows).toHaveLength(1);
  });
  await expect(migrating).rejects.toMatchObject({ code: "DATABASE_UNREACHABLE", retryable: true });
  await holder.query("COMMIT");
  expect(await migrate(url, folder)).toEqual(["3_lost"]);
  if (sql.includes("INDEX")) expect(await valid()).toBe(true);
});

test("an index can be built concurrently, in a migration of its own", async () => {
  await holder.query("COMMIT");
  write("3_index", "-- Large.\nCREATE INDEX CONCURRENTLY a_b ON a (b);\n");
  expect(await migrate(url, folder)).toEqual(["2_add", "3_index"]);
});
