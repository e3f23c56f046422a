import { execFile } from "node:child_process";
import { promisify } from "node:util";
import pg from "pg";
import { afterEach, beforeEach, expect, test } from "vitest";
import { execute } from "@repo/postgres-local/testing";
import { migrate, pendingMigrations } from "./migrate.ts";
import { readMigrations } from "./migrations.ts";
import { createTestDb } from "./testing.ts";

const all = readMigrations().map(({ name }) => name);

let fresh: string;
let template: Awaited<ReturnType<typeof createTestDb>>;

beforeEach(async () => {
  template = await createTestDb();
  const url = new URL(template.url);
  url.pathname = `fresh_${crypto.randomUUID()}`;
  fresh = url.href;
});

afterEach(async () => {
  const name = new URL(fresh).pathname.slice(1);
  await execute(template.url, `DROP DATABASE IF EXISTS "${name}" WITH (FORCE)`);
  await template.drop();
});

test("creates the database and applies every migration once", async () => {
  expect(await migrate(fresh)).toEqual(all);
  expect(await migrate(fresh)).toEqual([]);
  expect(await pendingMigrations(fresh)).toEqual([]);
});

test("an older version has nothing to do on newer tables, as after a roll-back", async () => {
  await execute(
    template.url,
    `INSERT INTO _prisma_migrations (id, checksum, migration_name, finished_at)
      VALUES ('newer', 'other', '99991231235959_newer', now())`,
  );
  expect(await migrate(template.url)).toEqual([]);
  expect(await pendingMigrations(template.url)).toEqual([]);
});

test("tells which migrations are missing", async () => {
  await execute(template.url, "DROP TABLE _prisma_migrations");
  expect(await pendingMigrations(template.url)).toEqual(all);
});

test("two processes migrating at once apply every migration once", async () => {
  const script = `
    import { migrate } from ${JSON.stringify(`${import.meta.dirname}/migrate.ts`)};
    console.log(JSON.stringify(await migrate(${JSON.stringify(fresh)})));`;
  const run = () => promisify(execFile)(process.execPath, ["--input-type=module", "-e", script]);
  const applied = (await Promise.all([run(), run()])).map(({ stdout }) => JSON.parse(stdout));
  expect(applied.flat()).toEqual(all);
});

test("a process that waits for its turn is no deadlock with an index that is built concurrently", async () => {
  await migrate(fresh);
  const first = new pg.Client(fresh);
  await first.connect();
  await first.query("SELECT pg_advisory_lock(72707369)");
  const second = migrate(fresh);
  await expect
    .poll(() =>
      first.query(`SELECT FROM pg_stat_activity WHERE datname = current_database()
        AND pid <> pg_backend_pid() AND query LIKE '%advisory_lock%'`),
    )
    .toMatchObject({ rowCount: 1 });
  await first.query("CREATE INDEX CONCURRENTLY ON messages (created_at)");
  await first.end();
  expect(await second).toEqual([]);
});

test("refuses a migration that was changed after it was applied", async () => {
  await execute(template.url, "UPDATE _prisma_migrations SET checksum = 'other'");
  await expect(migrate(template.url)).rejects.toMatchObject({
    code: "MIGRATION_EDITED",
    message: expect.stringMatching(new RegExp(`${all[0]}.*pnpm db:migrate`)),
  });
});

test("refuses a database that something else has filled", async () => {
  await execute(template.url, "DROP TABLE _prisma_migrations");
  await expect(migrate(template.url)).rejects.toMatchObject({
    code: "MIGRATION_FAILED",
    message: expect.stringContaining("is not empty"),
  });
});

test("names the migration that failed, why, and what to do", async () => {
  await execute(fresh.replace(/[^/]*$/, "postgres"), `CREATE DATABASE ${nameOf(fresh)}`);
  await execute(fresh, "CREATE TYPE message_state AS ENUM ()");
  const expected = {
    code: "MIGRATION_FAILED",
    message: expect.stringMatching(
      new RegExp(
        `${all[0]} failed: type "message_state" already exists\\. It has changed nothing\\. Correct`,
      ),
    ),
  };
  await expect(migrate(fresh)).rejects.toMatchObject(expected);
  expect(await pendingMigrations(fresh)).toEqual(all);
  await execute(fresh, "DROP TYPE message_state");
  expect(await migrate(fresh)).toEqual(all);
});

function nameOf(url: string): string {
  return `"${new URL(url).pathname.slice(1)}"`;
}

test("names the server that does not answer, and no password", async () => {
  await expect(migrate("postgresql://user:secret@127.0.0.1:1/app")).rejects.toMatchObject({
    code: "DATABASE_UNREACHABLE",
    message: expect.stringMatching(/^(?!.*secret).*127\.0\.0\.1:1\b.*DATABASE_URL/),
  });
});
