import { readFileSync } from "node:fs";
import path from "node:path";
import { expect, test } from "vitest";
import { root } from "../root.ts";
import { parts } from "./parts.ts";

test("docs/deleting.md has the command of each part, and what it deletes", () => {
  const page = readFileSync(path.join(root, "docs/deleting.md"), "utf8");
  const rows = [...page.matchAll(/^\| `pnpm app:delete ([\w-]+)` +\| (.*?) +\|$/gm)];
  const written = Object.fromEntries(rows.map(([, name, about]) => [name, about]));
  const listed = Object.entries(parts).map(([name, { about }]) => [name, about]);
  expect(written).toEqual(Object.fromEntries(listed));
});

test("a name that every object has is not a part", () => {
  for (const name of ["constructor", "toString", "__proto__"]) expect(parts[name]).toBeUndefined();
});
