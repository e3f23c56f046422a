import { afterAll, expect, onTestFinished, test } from "vitest";
import { copyRepository } from "./test-copy.ts";

// Each test breaks one promise in a copy of the repository and expects a program of `pnpm check` to
// fail. rules/rules.test.ts tests this repository's own rules.

const copy = await copyRepository();
afterAll(() => copy.remove());

async function change(file: string, edit: (text: string) => string): Promise<void> {
  onTestFinished(await copy.change(file, edit));
}

async function failureOf(script: "boundaries" | "format" | "lint" | "rules" | "unused", rule = "") {
  const { failed, output } = await copy.run(script, rule);
  if (!failed) throw new Error(`pnpm ${script} ${rule} found nothing`);
  return output;
}

test("fails on an import of a package that is not declared", async () => {
  await change("packages/db/src/violation.ts", () => 'import "@repo/email/enqueue";\n');
  expect(await failureOf("boundaries")).toMatch(/cannot import package `@repo\/email`/);
});

test("fails on an import of another package's file", async () => {
  await change("packages/db/src/violation.ts", () => 'import "../../brand/src/brand.ts";\n');
  expect(await failureOf("boundaries")).toMatch(/leaves the package|outside of the package/);
});

test("fails on process.env outside env.ts", async () => {
  await change("packages/db/src/violation.ts", () => "export const home = process.env.HOME;\n");
  expect(await failureOf("lint")).toMatch(/db\/src\/violation\.ts:1[^]*?Read it in the env\.ts/);
});

test("fails on a floating promise", async () => {
  await change("packages/db/src/violation.ts", () => "Promise.resolve().then(String);\n");
  expect(await failureOf("lint")).toContain("no-floating-promises");
});

test("fails on an unused export", async () => {
  await change(
    "packages/email/src/address.ts",
    (text) => `${text}\nexport const neverImported = 1;\n`,
  );
  expect(await failureOf("unused")).toContain("neverImported");
});

test("fails on an unused dependency", async () => {
  await change("packages/brand/package.json", (text) =>
    text.replace(
      '"devDependencies": {',
      '"dependencies": { "pg": "catalog:" },\n"devDependencies": {',
    ),
  );
  expect(await failureOf("unused")).toMatch(/pg +packages\/brand\/package\.json/);
});

test("fails on a file that Prettier would write differently", async () => {
  await change("packages/db/src/violation.ts", () => "export const  spaced = 'wide'\n");
  expect(await failureOf("format")).toContain("packages/db/src/violation.ts");
});

test("fails on a schema without its migration", async () => {
  await change(
    "packages/db/prisma/schema.prisma",
    (text) => `${text}\nmodel Violation {\n  id Int @id\n}\n`,
  );
  expect(await failureOf("rules", "migrations")).toMatch(
    /pnpm db:migrate[^]*CREATE TABLE "Violation"/i,
  );
});
