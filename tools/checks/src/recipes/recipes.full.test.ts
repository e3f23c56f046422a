import { globSync, readFileSync } from "node:fs";
import path from "node:path";
import { afterAll, expect, test } from "vitest";
import { copyRepository } from "../test-copy.ts";
import { follow, readSteps } from "./getting-started.ts";
import { recipes } from "./recipes.ts";

// Applies the first changes that people make to a clone, in a copy. They must not break our tests,
// and must change only the files that docs/recipes.md lists.

const copy = await copyRepository();
afterAll(() => copy.remove());

async function succeed(script: string, args = ""): Promise<void> {
  const { failed, output } = await copy.run(script, args);
  expect(failed, `pnpm ${script} ${args}\n${output}`).toBe(false);
}

const docs = path.join(import.meta.dirname, "../../../../docs");
const read = (page: string) => readFileSync(path.join(docs, page), "utf8");

/** The files that docs/recipes.md lists below each heading. */
function documented(): { title: string; files: string[] }[] {
  return read("recipes.md")
    .split(/^## /m)
    .slice(1)
    .map((part) => ({
      title: part.split("\n", 1)[0] ?? "",
      files: [...part.matchAll(/^\d+\. `([^`]+)`/gm)].map((match) => match[1] ?? ""),
    }));
}

test("docs/recipes.md lists the files that each recipe changes by hand", () => {
  const done = recipes.map(({ title, edits }) => ({ title, files: Object.keys(edits).toSorted() }));
  const written = documented().map(({ title, files }) => ({ title, files: files.toSorted() }));
  expect(written).toEqual(done);
});

test("a clone with all recipes and docs/getting-started.md passes its check and its tests", async () => {
  // As `pnpm app:init` does. The starter itself has a test that no line is changed which app:delete
  // needs.
  await copy.change("package.json", (text) => {
    return `${JSON.stringify({ ...JSON.parse(text), name: "a-product" }, null, 2)}\n`;
  });
  for (const step of readSteps(read("getting-started.md"))) await follow(copy, step);
  const changed = new Set<string>();
  for (const { edits, forEach, after = [] } of recipes) {
    for (const [file, edit] of Object.entries(edits)) {
      await copy.change(file, (text) => edit(text, copy.folder));
      if (/\.(ts|tsx|json|html)$/.test(file)) changed.add(file);
    }
    for (const file of forEach ? globSync(forEach.files, { cwd: copy.folder }) : []) {
      await copy.change(file, forEach?.edit ?? String);
      changed.add(file);
    }
    for (const command of after) await succeed(...command);
  }
  await copy.exec(
    `prettier --write --log-level warn --no-error-on-unmatched-pattern ${[...changed].join(" ")}`,
  );
  await succeed("check");
  await succeed("test");
}, 3_600_000);
