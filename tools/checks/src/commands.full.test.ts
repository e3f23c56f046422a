import { existsSync, readFileSync, readdirSync, realpathSync, rmSync } from "node:fs";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { copyRepository } from "./test-copy.ts";

// Runs the README's commands for a clone in a copy of the repository.

const copy = await copyRepository();
afterAll(() => copy.remove());

async function succeed(script: string, args?: string): Promise<string> {
  const { failed, output } = await copy.run(script, args);
  expect(failed, output).toBe(false);
  return output;
}

test("pnpm email:new adds an email of each kind that passes the checks, and goes without a trace", async () => {
  const source = join(copy.folder, "packages/templates/src/emails");
  const lists = ["schemas.ts", "templates.ts"];
  const before = lists.map((file) => readFileSync(join(source, file), "utf8"));
  const kinds = ["plain", "list", "receipt", "code"];
  for (const kind of kinds) {
    await succeed("email:new", `--name a-new-${kind} --category account --kind ${kind}`);
    const files = readdirSync(join(source, `a-new-${kind}`));
    expect(files.toSorted()).toEqual(["schema.ts", "template.test.ts", "template.tsx"]);
  }
  for (const command of ["prettier --check packages/templates", "oxlint packages/templates"]) {
    expect(await copy.exec(command)).toMatchObject({ failed: false });
  }
  await succeed("unused");
  const types = await copy.exec("tsc --noEmit -p packages/templates");
  expect(types.failed, types.output).toBe(false);
  const tests = await copy.test("@repo/templates");
  expect(tests.failed, tests.output).toBe(false);

  // As docs/recipes.md says: the folder, and the lines that name it.
  for (const kind of kinds) {
    rmSync(join(source, `a-new-${kind}`), { recursive: true });
    for (const file of lists) {
      const named = new RegExp(`^.*"a-new-${kind}".*\\n`, "m");
      await copy.change(`packages/templates/src/emails/${file}`, (text) => text.replace(named, ""));
    }
  }
  expect(lists.map((file) => readFileSync(join(source, file), "utf8"))).toEqual(before);
});

test("pnpm email:new says which flags there are, and refuses what it does not know", async () => {
  expect(await succeed("email:new", "--help")).toContain("--kind");
  for (const args of [
    "--name only-a-name",
    "--named order-shipped",
    "--name Order --category account --kind plain",
    "--name order-shipped --category account --kind unknown",
    "--name welcome --category account --kind plain",
  ]) {
    expect(await copy.run("email:new", args), args).toMatchObject({ failed: true });
  }
  expect(readdirSync(join(copy.folder, "packages/templates/src/emails"))).not.toContain(
    "only-a-name",
  );
});

test.each([
  ["--name OrderShipped", /OrderShipped" .*kebab-case.* Try order-shipped\./],
  ["--name Order_Shipped", /Try order-shipped\./],
  ["--name _", /"_" must be in kebab-case/],
  [`--name ${"a".repeat(51)}`, /51 characters.*at most 50/],
  ["--name welcome", /src\/emails\/welcome exists already.* another name/],
  // A folder of the preview, and a file.
  ["--name looks", /src\/emails\/looks exists already/],
  ["--name every-part", /src\/emails\/every-part\.tsx exists already/],
  ["--category accout", /no category "accout".* account,/],
  ["--kind plane", /no kind "plane".* plain,/],
])("pnpm email:new %s says what is wrong, and what to do", async (wrong, said) => {
  // The last of two equal flags counts.
  const args = `--name order-shipped --category account --kind plain ${wrong}`;
  const { failed, output } = await copy.run("email:new", args);
  expect(failed).toBe(true);
  expect(output).toMatch(said);
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

  expect(await succeed("db:deploy")).toContain("The database has every migration.");
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
