import { expect, it } from "vitest";
import { lines, mergeFiles } from "./test-merge.ts";

it("takes upstream's changes, follows its renames, and keeps the clone's changes", async () => {
  const { merged, git, read } = await mergeFiles(
    { "a.ts": lines(), "old/b.ts": lines(), "old/c.ts": lines(), "gone.ts": lines("gone") },
    {
      "a.ts": lines("upstream's"),
      "new/b.ts": lines(),
      "new/c.ts": lines("upstream's"),
      "added.ts": "",
    },
    {
      "a.ts": lines("1", "2", "3", "4", "5", "6", "7", "8", "mine"),
      "old/b.ts": lines("mine"),
      "old/c.ts": lines(),
      "old/mine.ts": "mine",
      "gone.ts": lines("gone"),
      "mine.ts": "mine",
    },
  );
  expect(merged.conflicts).toEqual([]);
  expect(read("a.ts")).toBe(lines("upstream's", "2", "3", "4", "5", "6", "7", "8", "mine"));
  const files = await git("ls-files");
  expect(files.split("\n")).toEqual([
    "a.ts",
    "added.ts",
    "mine.ts",
    "new/b.ts",
    "new/c.ts",
    "new/mine.ts",
  ]);
  expect(read("new/b.ts")).toBe(lines("mine"));
  expect(read("new/mine.ts")).toBe("mine");
  // Nothing is committed, and nothing is left that is not staged.
  expect(await git("status", "--porcelain")).not.toMatch(/^(\?\?|.[MD])/m);
});

it("names each conflict with what to do, and one command undoes all of it", async () => {
  const { merged, git, head, read } = await mergeFiles(
    {
      "both.ts": lines(),
      "image.png": "\0one",
      "deleted.ts": lines("d"),
      "kept.ts": lines("k"),
      "old.ts": lines("o"),
    },
    {
      "both.ts": lines("upstream's"),
      "image.png": "\0two",
      "deleted.ts": lines("upstream's"),
      "same.ts": "upstream's",
      "theirs.ts": lines("o"),
    },
    {
      "both.ts": lines("mine"),
      "image.png": "\0three",
      "kept.ts": lines("mine"),
      "same.ts": "mine",
      "mine.ts": lines("o"),
    },
  );
  expect(Object.fromEntries(merged.conflicts.map(({ file, advice }) => [file, advice]))).toEqual({
    "both.ts": expect.stringContaining("Your lines follow <<<<<<<"),
    "same.ts": expect.stringContaining("You and the starter have added it"),
    "image.png": expect.stringContaining('git checkout --ours "image.png"'),
    "deleted.ts": expect.stringContaining('Leave it deleted: git rm "deleted.ts"'),
    "kept.ts": expect.stringContaining('Keep it: git add "kept.ts"'),
    "old.ts": expect.stringContaining('Remove this old one: git rm "old.ts"'),
    "mine.ts": expect.stringContaining("Your new name"),
    "theirs.ts": expect.stringContaining("The starter's new name"),
  });
  await git("reset", "--hard", head);
  expect(await git("status", "--porcelain", "--ignored")).toBe("");
  expect(read("both.ts")).toBe(lines("mine"));
});

it("merges manifests by their keys, where lines would conflict", async () => {
  const manifest = (dependencies: object) => JSON.stringify({ dependencies }, null, 2);
  const { merged, read } = await mergeFiles(
    { "apps/web/package.json": manifest({ a: "1" }) },
    { "apps/web/package.json": manifest({ a: "2" }) },
    { "apps/web/package.json": manifest({ a: "1", mine: "1" }) },
  );
  expect(merged.conflicts).toEqual([]);
  expect(JSON.parse(read("apps/web/package.json"))).toEqual({
    dependencies: { a: "2", mine: "1" },
  });
});

it("gives both lockfiles to pnpm to merge, if the clone has one of its own", async () => {
  const lock = { before: "one\n", after: "two\n" };
  const own = await mergeFiles({}, { "a.ts": "" }, { "pnpm-lock.yaml": "three\n" }, lock);
  expect(own.read("pnpm-lock.yaml")).toBe("<<<<<<< HEAD\nthree\n=======\ntwo\n>>>>>>> upstream\n");
  const same = await mergeFiles({}, { "a.ts": "" }, { "pnpm-lock.yaml": "one\n" }, lock);
  expect(same.read("pnpm-lock.yaml")).toBe("two\n");
});

it("puts upstream's new migrations after the clone's, and lists their names", async () => {
  const at = (name: string) => `packages/db/prisma/migrations/${name}/migration.sql`;
  const init = { [at("20261201000000_init")]: "init" };
  const { merged, git } = await mergeFiles(
    init,
    { ...init, [at("20261202000000_mend")]: "mend" },
    { ...init, [at("20261215120000_mine")]: "mine" },
  );
  expect(merged.migrations).toEqual(["20261215120001_mend"]);
  expect((await git("ls-files")).split("\n")).toEqual([
    at("20261201000000_init"),
    at("20261215120000_mine"),
    at("20261215120001_mend"),
  ]);
});

it("refuses to write over a file that git ignores and upstream adds", async () => {
  const own = { ".gitignore": "notes/\n", "a.ts": lines() };
  const added = { "a.ts": lines("upstream's"), "notes/plan.md": "upstream's" };
  const merging = mergeFiles({ "a.ts": lines() }, added, own, {}, { "notes/plan.md": "mine" });
  await expect(merging).rejects.toMatchObject({
    code: "NOT_COMMITTED",
    message: expect.stringContaining("notes/plan.md"),
  });
});
