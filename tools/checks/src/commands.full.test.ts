import { existsSync, readdirSync, realpathSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type Copy, copyRepository } from "./test-copy.ts";

// Runs the README's commands for a clone in a copy of the repository.

let copy: Copy;

beforeAll(async () => {
  copy = await copyRepository();
});
afterAll(() => copy.remove());

async function succeed(script: string, args?: string): Promise<string> {
  const { failed, output } = await copy.run(script, args);
  expect(failed, output).toBe(false);
  return output;
}

test("pnpm email:new adds an email that type-checks, is formatted and is registered", async () => {
  await succeed("email:new", "--args email-of-this-test account");
  const files = readdirSync(join(copy.folder, "packages/templates/src/emails/email-of-this-test"));
  expect(files.toSorted()).toEqual(["schema.ts", "template.tsx"]);
  await succeed("format");
  await succeed("unused");
  const types = await copy.exec("tsc --noEmit -p packages/templates");
  expect(types.failed, types.output).toBe(false);
});

test("pnpm db:migrate writes the migration of a changed schema; db:deploy, db:reset and clean work", async () => {
  await copy.change("packages/db/prisma/schema.prisma", (text) =>
    text.replace("model Suppression {", "model Suppression {\n  fieldOfThisTest String?"),
  );
  expect(await succeed("db:migrate", "--name field-of-this-test")).toMatch(
    /\d+_field_of_this_test/,
  );
  const migrations = readdirSync(join(copy.folder, "packages/db/prisma/migrations"));
  expect(migrations.filter((name) => name.endsWith("_field_of_this_test"))).toHaveLength(1);
  await succeed("rules", "migrations");

  expect(await succeed("db:deploy")).toContain("No pending migrations");
  expect(await succeed("db:reset", "--force")).toContain("_field_of_this_test");

  const tests = await makeTestsFolder();
  await succeed("clean");
  expect(existsSync(join(copy.folder, ".local"))).toBe(false);
  expect(existsSync(tests)).toBe(false);
});

/** Makes the folder of the tests' PostgreSQL as the tests do: in memory, where there is room. */
async function makeTestsFolder(): Promise<string> {
  const folder = join(copy.folder, ".local/tests");
  const module = join(copy.folder, "tools/postgres-local/src/memory.ts");
  const script = `import(process.argv[1]).then((m) => m.makeFolderInMemory(process.argv[2]))`;
  await copy.exec(`node -e "${script}" "${module}" "${folder}"`);
  return realpathSync(folder);
}
