import { expect, it } from "vitest";
import { mergeManifest } from "./manifests.ts";

const json = (value: object) => `${JSON.stringify(value, null, 2)}\n`;

it("merges dependencies and scripts that both sides have added, removed and changed", () => {
  const base = {
    name: "starter",
    scripts: { dev: "1", bench: "1" },
    dependencies: { a: "1", c: "1" },
  };
  const ours = {
    ...base,
    name: "acme",
    scripts: { dev: "1", seed: "1" },
    dependencies: { a: "1", b: "1", c: "1" },
  };
  const theirs = {
    ...base,
    scripts: { dev: "2", bench: "1", lint: "1" },
    dependencies: { a: "2", bb: "1" },
  };
  const merged = mergeManifest("package.json", {
    base: json(base),
    ours: json(ours),
    theirs: json(theirs),
  });
  expect(merged).toBe(
    json({
      name: "acme",
      scripts: { dev: "2", seed: "1", lint: "1" },
      dependencies: { a: "2", b: "1", bb: "1" },
    }),
  );
});

it("leaves a value to the person if both sides have changed it differently", () => {
  const at = (version: string) => json({ dependencies: { a: version } });
  const sides = { base: at("1"), ours: at("2"), theirs: at("3") };
  expect(mergeManifest("package.json", sides)).toBeUndefined();
  expect(mergeManifest("package.json", { ...sides, theirs: at("2") })).toBe(at("2"));
});

it("leaves a value to the person if one side has changed it and the other has removed it", () => {
  const sides = {
    base: json({ a: "1", b: "1" }),
    ours: json({ b: "1" }),
    theirs: json({ a: "2", b: "1" }),
  };
  expect(mergeManifest("package.json", sides)).toBeUndefined();
});

it("merges the catalog of pnpm-workspace.yaml in order, and keeps the comments", () => {
  const page = (...entries: string[]) =>
    `packages:\n  - apps/*\n\n# Exact versions.\ncatalog:\n${entries.map((entry) => `  ${entry}\n`).join("")}`;
  const merged = mergeManifest("pnpm-workspace.yaml", {
    base: page('"@a/a": 1.0.0', "pg: 8.0.0", "zod: 4.0.0"),
    ours: page('"@a/a": 1.0.0', "# Held back.", "pg: 8.0.0", "stripe: 1.0.0", "zod: 4.0.0"),
    theirs: page('"@a/a": 1.0.1', "pg: 8.0.0", "pino: 10.0.0", "zod: 4.1.0"),
  });
  expect(merged).toBe(
    page(
      '"@a/a": 1.0.1',
      "# Held back.",
      "pg: 8.0.0",
      "pino: 10.0.0",
      "stripe: 1.0.0",
      "zod: 4.1.0",
    ),
  );
});
