import { lstatSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { makeFolderInMemory } from "./memory.ts";

let own: string;
let memory: string;
beforeEach(() => {
  own = mkdtempSync(path.join(tmpdir(), "sendoff-memory-"));
  memory = path.join(own, "memory");
  mkdirSync(memory);
});
afterEach(() => rmSync(own, { recursive: true }));

/** Of a clone, by its name. */
const folderOf = (clone: string) => path.join(own, clone, ".local", "tests");

test("keeps its files in memory, from one run to the next", () => {
  makeFolderInMemory(folderOf("one"), memory);
  writeFileSync(path.join(folderOf("one"), "kept"), "");
  makeFolderInMemory(folderOf("one"), memory);
  const [made] = readdirSync(memory);
  expect(readdirSync(path.join(memory, made!))).toContain("kept");
});

test("is made again after a restart of the machine has emptied the memory", () => {
  makeFolderInMemory(folderOf("one"), memory);
  for (const made of readdirSync(memory)) rmSync(path.join(memory, made), { recursive: true });
  makeFolderInMemory(folderOf("one"), memory);
  expect(readdirSync(folderOf("one"))).toEqual(["link"]);
});

test("is an ordinary folder if there is no folder in memory", () => {
  makeFolderInMemory(folderOf("one"), path.join(own, "nothing"));
  expect(lstatSync(folderOf("one")).isDirectory()).toBe(true);
});

test("removes the folder of a deleted clone, and keeps those of the others", () => {
  makeFolderInMemory(folderOf("one"), memory);
  makeFolderInMemory(folderOf("two"), memory);
  rmSync(path.join(own, "one"), { recursive: true });
  makeFolderInMemory(folderOf("three"), memory);
  expect(readdirSync(memory)).toHaveLength(2);
  expect(readdirSync(folderOf("two"))).toEqual(["link"]);
});
