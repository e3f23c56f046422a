import { readFile, readdir } from "node:fs/promises";
import path from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { copyRepository } from "./test-copy.ts";

// Runs the database commands without a terminal. In a copy of the repository, because they write
// migrations.

const SCHEMA = "packages/db/prisma/schema.prisma";

const copy = await copyRepository();
beforeAll(async () => {
  // Makes the database as `pnpm dev` does.
  const script = `
    import { migrate } from "@repo/db/migrate";
    import { startPostgres } from "@repo/postgres-local";
    import { DATA_DIR } from "./env.ts";
    const { url, stop } = await startPostgres({ dataDir: DATA_DIR });
    await migrate(url);
    await stop();`;
  const undo = await copy.change("tools/dev/src/as-dev.ts", () => script);
  const { failed, output } = await copy.exec("node tools/dev/src/as-dev.ts");
  expect(failed, output).toBe(false);
  await undo();
});
afterAll(() => copy.remove());

async function run(script: string, args = ""): Promise<string> {
  const { failed, output } = await copy.run(script, args);
  expect(failed, output).toBe(false);
  return output;
}

async function refused(script: string, args = ""): Promise<string> {
  const { failed, output } = await copy.run(script, args);
  expect(failed, output).toBe(true);
  return output;
}

async function sql(statement: string): Promise<void> {
  const undo = await copy.change("statement.sql", () => statement);
  await run("db:prisma", "db execute --file ../../statement.sql");
  await undo();
}

async function changeModel(edit: (model: string) => string): Promise<void> {
  await copy.change(SCHEMA, (schema) => schema.replace(/^model Suppression \{[^}]*\}/m, edit));
}

const migrations = () => readdir(path.join(copy.folder, "packages/db/prisma/migrations"));

test.each([
  ["db:migrate", "", "pnpm db:migrate --name add-phone"],
  ["db:migrate", '--name ""', "pnpm db:migrate --name add-phone"],
  ["db:reset", "", "pnpm db:reset --force"],
])("%s %s ends at once and says in one line what to type", async (script, args, advice) => {
  const before = await migrations();
  const output = await refused(script, args);
  expect(output).toMatch(/^Without a terminal .*\n$/);
  expect(output).toContain(advice);
  expect(await migrations()).toEqual(before);
});

test("db:prisma finds that pnpm dev has applied every migration", async () => {
  expect(await run("db:prisma", "migrate status")).toContain("Database schema is up to date");
});

test("db:migrate with a name writes and applies the migration, and asks nothing", async () => {
  await changeModel((model) => model.replace("{", "{\n  fieldOfThisTest String?"));
  await run("db:migrate", "--name add-field");
  expect((await migrations()).filter((name) => name.endsWith("_add_field"))).toHaveLength(1);
  await sql('SELECT "fieldOfThisTest" FROM suppressions');
});

test("app:delete writes its migration without the database of DATABASE_URL, which may be production's", async () => {
  const parts = await readFile(path.join(copy.folder, "tools/setup/src/delete/parts.yaml"), "utf8");
  const [, command = ""] = /^ +- (.*) --name no-api /m.exec(parts) ?? [];
  const before = await migrations();
  await changeModel((model) => model.replace("{", "{\n  fieldOfAPart String?"));
  copy.env["DATABASE_URL"] = "postgresql://app:secret@127.0.0.1:1/production";
  const { failed, output } = await copy.exec(`${command} --name drop-nothing`);
  delete copy.env["DATABASE_URL"];
  expect(failed, output).toBe(false);
  const [written = "", ...more] = (await migrations()).filter((name) => !before.includes(name));
  expect(more).toEqual([]);
  expect(written).toMatch(/_drop_nothing$/);
  // The development database gets it like any other.
  await run("db:migrate", "--name nothing");
  await sql('SELECT "fieldOfAPart" FROM suppressions');
});

test("db:migrate warns of what the previous version needs, and --safe writes why it may go", async () => {
  const before = await readFile(path.join(copy.folder, SCHEMA), "utf8");
  await changeModel((model) => model.replace("{", "{\n  other String?"));
  expect(await run("db:migrate", "--name add-other")).not.toContain("safe.md");
  await copy.change(SCHEMA, () => before);
  expect(await run("db:migrate", "--name drop-other --create-only")).toContain(
    "_drop_other drops or renames the column suppressions.other, which the previous version may use.",
  );
  await run("db:migrate", '--name again --safe="no version has used it"');
  const name = (await migrations()).find((each) => each.endsWith("_drop_other")) ?? "";
  const safe = path.join(copy.folder, "packages/db/prisma/migrations", name, "safe.md");
  expect(await readFile(safe, "utf8")).toBe("- suppressions.other: no version has used it\n");
});

test("db:migrate ends with the reason if Prisma would ask to delete data", async () => {
  await sql(`INSERT INTO suppressions (address_key, reason, "fieldOfThisTest")
    VALUES ('a@example.com', 'bounce', 'data')`);
  const before = await readFile(path.join(copy.folder, SCHEMA), "utf8");
  await changeModel((model) => model.replace(/\n.*fieldOfThisTest.*/, ""));
  const written = await migrations();
  const output = await refused("db:migrate", "--name drop-field");
  expect(output).toContain("drop the column `fieldOfThisTest`");
  expect(output).toContain("non-interactive");
  expect(await migrations()).toEqual(written);
  await copy.change(SCHEMA, () => before);
});

test("db:migrate says which of our commands Prisma's advice means", async () => {
  const advice = "Where Prisma says prisma migrate dev, run pnpm db:migrate";
  await sql("INSERT INTO suppressions (address_key, reason) VALUES ('b@example.com', 'bounce')");
  const before = await readFile(path.join(copy.folder, SCHEMA), "utf8");
  await changeModel((model) => model.replace("{", "{\n  neededField String"));
  const output = await refused("db:migrate", "--name add-needed");
  expect(output).toContain("prisma migrate dev --create-only");
  expect(output).toContain(advice);
  expect(await run("db:migrate", "--name add-needed --create-only")).toContain(advice);
  await copy.change(SCHEMA, () => before);
});

test("db:migrate ends with the reason if the database must be reset", async () => {
  await sql("UPDATE _prisma_migrations SET checksum = 'other'");
  expect(await refused("db:migrate", "--name another")).toMatch(
    /modified after (?:it was|they were) applied/,
  );
});
