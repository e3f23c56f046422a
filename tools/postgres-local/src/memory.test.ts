import { spawnSync } from "node:child_process";
import {
  existsSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readlinkSync,
  rmSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { makeFolderInMemory, removeFolderInMemory } from "./memory.ts";

let own: string;
let memory: string;
beforeEach(() => {
  own = mkdtempSync(path.join(tmpdir(), "postgres-memory-"));
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

describe("at the next start of any clone, a folder in memory", () => {
  test("goes if its clone was deleted, although the starting clone has a folder already", () => {
    makeFolderInMemory(folderOf("running"), memory);
    const made = abandoned("deleted");
    makeFolderInMemory(folderOf("running"), memory);
    expect(existsSync(made)).toBe(false);
    expect(readdirSync(folderOf("running"))).toEqual(["link"]);
  });

  test("goes if the process that made it was killed before it had a link", () => {
    const made = path.join(memory, "postgres-tests-killed");
    mkdirSync(made);
    age(made);
    makeFolderInMemory(folderOf("next"), memory);
    expect(existsSync(made)).toBe(false);
  });

  test("stays if another clone links to it", () => {
    makeFolderInMemory(folderOf("other"), memory);
    const made = readlinkSync(folderOf("other"));
    age(made);
    makeFolderInMemory(folderOf("next"), memory);
    expect(readdirSync(made)).toEqual(["link"]);
  });

  test("stays while a PostgreSQL runs in it, also without its clone, and goes afterwards", () => {
    const made = abandoned("deleted");
    runIn(made, process.pid);
    makeFolderInMemory(folderOf("next"), memory);
    expect(existsSync(made)).toBe(true);
    runIn(made, spawnSync(process.execPath, ["-e", "0"]).pid);
    makeFolderInMemory(folderOf("next"), memory);
    expect(existsSync(made)).toBe(false);
  });

  test("stays if it is new: its process may not have made the link yet", () => {
    const made = path.join(memory, "postgres-tests-new");
    mkdirSync(made);
    makeFolderInMemory(folderOf("next"), memory);
    expect(existsSync(made)).toBe(true);
  });

  test.runIf(process.getuid)("stays if it belongs to another user", () => {
    const made = abandoned("deleted");
    makeFolderInMemory(folderOf("next"), memory, process.getuid!() + 1);
    expect(existsSync(made)).toBe(true);
  });

  test("stays if it is a link: what it leads to is not ours", () => {
    const elsewhere = path.join(own, "elsewhere");
    mkdirSync(elsewhere);
    symlinkSync(elsewhere, path.join(memory, "postgres-tests-link"));
    age(elsewhere);
    makeFolderInMemory(folderOf("next"), memory);
    expect(existsSync(elsewhere)).toBe(true);
  });
});

test("pnpm clean removes the folder in memory with the link to it, and what deleted clones left", () => {
  makeFolderInMemory(folderOf("one"), memory);
  makeFolderInMemory(folderOf("other"), memory);
  const made = readlinkSync(folderOf("one"));
  const left = abandoned("deleted");
  removeFolderInMemory(folderOf("one"), memory);
  expect(existsSync(made)).toBe(false);
  expect(existsSync(left)).toBe(false);
  expect(lstatSync(folderOf("one"), { throwIfNoEntry: false })).toBeUndefined();
  expect(readdirSync(folderOf("other"))).toEqual(["link"]);
});

test("pnpm clean removes nothing that another kind of link leads to", () => {
  const elsewhere = path.join(own, "elsewhere");
  mkdirSync(elsewhere);
  mkdirSync(path.dirname(folderOf("one")), { recursive: true });
  symlinkSync(elsewhere, folderOf("one"));
  removeFolderInMemory(folderOf("one"), memory);
  expect(existsSync(elsewhere)).toBe(true);
  expect(existsSync(folderOf("one"))).toBe(false);
});

/** Makes a clone's folder in memory, and deletes the clone. */
function abandoned(clone: string): string {
  makeFolderInMemory(folderOf(clone), memory);
  const made = readlinkSync(folderOf(clone));
  rmSync(path.join(own, clone), { recursive: true });
  age(made);
  return made;
}

/** Makes a folder two minutes old. */
function age(folder: string): void {
  const then = Date.now() / 1000 - 120;
  utimesSync(folder, then, then);
}

/** Writes the file that a running PostgreSQL has in its data. */
function runIn(made: string, pid: number): void {
  const data = path.join(made, "pg", "data");
  mkdirSync(data, { recursive: true });
  writeFileSync(path.join(data, "postmaster.pid"), `${pid}\n${data}\n`);
  age(made);
}
