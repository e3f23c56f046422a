import { spawn } from "node:child_process";
import { once } from "node:events";
import { cp, mkdtemp, readFile, readdir, realpath, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { text } from "node:stream/consumers";
import { afterAll, beforeAll, expect, test } from "vitest";
import { withEnv } from "./env.ts";
import { createTestDb } from "./testing.ts";

// The commands without a terminal, in a copy of this package: they write migrations.

const source = path.join(import.meta.dirname, "..");
let root: string;
let folder: string;
let testDb: Awaited<ReturnType<typeof createTestDb>>;

beforeAll(async () => {
  root = await mkdtemp(path.join(await realpath(tmpdir()), "sendoff-cli-"));
  folder = path.join(root, "packages/db");
  await cp(source, folder, {
    recursive: true,
    filter: (file) => !/[\\/](?:node_modules|generated|\.turbo)$/.test(file),
  });
  await cp(path.join(source, "../../tsconfig.base.json"), path.join(root, "tsconfig.base.json"));
  // A link to a folder needs no privilege on Windows when it is a junction.
  await symlink(path.join(source, "node_modules"), path.join(folder, "node_modules"), "junction");
  testDb = await createTestDb();
});
afterAll(async () => {
  await testDb.drop();
  await rm(root, { recursive: true, force: true, maxRetries: 3 });
});

async function run(...args: string[]) {
  const child = spawn(process.execPath, ["src/prisma-cli.ts", ...args], {
    cwd: folder,
    stdio: ["ignore", "pipe", "pipe"],
    env: withEnv({ DATABASE_URL: testDb.url, DIRECT_DATABASE_URL: "" }),
  });
  const [out, err, [code]] = await Promise.all([
    text(child.stdout),
    text(child.stderr),
    once(child, "close"),
  ]);
  return { code: code as number, out, err };
}

async function changeUser(edit: (model: string) => string): Promise<void> {
  const file = path.join(folder, "prisma/schema.prisma");
  const schema = await readFile(file, "utf8");
  await writeFile(file, schema.replace(/^model User \{[^}]*\}/m, edit));
}

const migrations = () => readdir(path.join(folder, "prisma/migrations"));

test.each([
  [["migrate", "dev"], "pnpm db:migrate --name add-phone"],
  [["migrate", "dev", "--name", ""], "pnpm db:migrate --name add-phone"],
  [["migrate", "reset"], "pnpm db:reset --force"],
])("%j ends at once and says in one line what to type", async (args, advice) => {
  const before = await migrations();
  const { code, out, err } = await run(...args);
  expect({ code, out }).toEqual({ code: 1, out: "" });
  expect(err).toMatch(/^Without a terminal .*\n$/);
  expect(err).toContain(advice);
  expect(await migrations()).toEqual(before);
});

test("migrate dev with a name writes and applies the migration, and asks nothing", async () => {
  await changeUser((model) => model.replace("{", "{\n  fieldOfThisTest String?"));
  const { code, out, err } = await run("migrate", "dev", "--name", "add-field");
  expect(code, out + err).toBe(0);
  expect((await migrations()).filter((name) => name.endsWith("_add_field"))).toHaveLength(1);
  await testDb.db.$executeRaw`SELECT "fieldOfThisTest" FROM users`;
});

test("migrate dev ends, with the reason, where Prisma would ask whether data may go", async () => {
  await testDb.db.$executeRaw`
    INSERT INTO users (id, name, email, email_key, password_hash, "fieldOfThisTest")
    VALUES (gen_random_uuid(), '', '', '', '', 'data')`;
  await changeUser((model) => model.replace(/\n.*fieldOfThisTest.*/, ""));
  const before = await migrations();
  const { code, out, err } = await run("migrate", "dev", "--name", "drop-field");
  expect(code, out + err).toBe(1);
  expect(out).toContain("drop the column `fieldOfThisTest`");
  expect(err).toContain("non-interactive");
  expect(await migrations()).toEqual(before);
});

test("migrate dev ends, with the reason, where the database would have to be reset", async () => {
  await testDb.db.$executeRaw`UPDATE _prisma_migrations SET checksum = 'other'`;
  const { code, out, err } = await run("migrate", "dev", "--name", "another");
  expect(code, out + err).toBeGreaterThan(0);
  expect(out + err).toMatch(/modified after (?:it was|they were) applied/);
});
