import { readFileSync } from "node:fs";
import path from "node:path";
import { expect, it } from "vitest";
import { notesBetween } from "./notes.ts";

const page = `# Upgrading

Text.

## How it works

More text.

## 1.10.0

Third.

## 1.9.0

Second.

### A heading in it

## 1.1.0

First.
`;

it("has the notes of every version after the clone's, oldest first, and nothing else", () => {
  expect(notesBetween(page, "1.1.0", "1.10.0")).toBe(
    "## 1.9.0\n\nSecond.\n\n### A heading in it\n\n## 1.10.0\n\nThird.",
  );
  expect(notesBetween(page, "1.0.0", "1.1.0")).toBe("## 1.1.0\n\nFirst.");
  expect(notesBetween(page, "1.10.0", "1.10.0")).toBe("");
});

it("docs/upgrading.md has a note of this version", () => {
  const root = path.resolve(import.meta.dirname, "../../../..");
  const upgrading = readFileSync(path.join(root, "docs/upgrading.md"), "utf8");
  expect(notesBetween(upgrading, "0.0.0", "999.0.0")).not.toBe("");
});
