import { readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { expect, it, onTestFinished } from "vitest";
import { requireCommitted, wholeOrNothing } from "./clone.ts";
import { gitIn } from "./git.ts";
import { commit, lines, mergeFiles, repository } from "./test-merge.ts";
import { openUpstream } from "./upstream.ts";

const at = (name: string) => `packages/db/prisma/migrations/${name}/migration.sql`;

it.each([
  ["stands where upstream adds a folder", { "notes/plan.md": "upstream's" }, "notes", "notes"],
  [
    "git does not know any more, and upstream changes",
    { "plan.md": lines("upstream's") },
    "plan.md",
    "plan.md",
  ],
])("refuses to write over a file that %s", async (_, added, ignore, mine) => {
  const own = { ".gitignore": `${ignore}\n`, "a.ts": lines() };
  const before = { "a.ts": lines(), ...("plan.md" in added ? { "plan.md": lines() } : {}) };
  const merging = mergeFiles(before, { "a.ts": lines(), ...added }, own, {}, { [mine]: "mine" });
  await expect(merging).rejects.toMatchObject({
    code: "NOT_COMMITTED",
    message: expect.stringMatching(new RegExp(`\n${mine}$`)),
  });
});

it("leaves a package.json that cannot be read as a conflict", async () => {
  const { merged, read } = await mergeFiles(
    { "package.json": '{\n  "a": 1\n}\n' },
    { "package.json": '{\n  "a": 2\n}\n' },
    { "package.json": '{\n  "a": 3,,\n}\n' },
  );
  expect(merged.conflicts).toMatchObject([{ file: "package.json" }]);
  expect(read("package.json")).toContain('<<<<<<< HEAD\n  "a": 3,,\n=======\n');
});

it("takes new migrations even if a migration of the clone has a name without a time", async () => {
  const init = { [at("20261201000000_init")]: "init" };
  const { merged } = await mergeFiles(
    init,
    { ...init, [at("20261202000000_mend")]: "mend" },
    { ...init, [at("20261215120000_mine")]: "mine", [at("20269999_odd")]: "", [at("odd")]: "" },
  );
  expect(merged.migrations).toEqual(["20261215120001_mend"]);
});

it("a merge that fails leaves the clone as it was", async () => {
  const root = await repository("clone");
  const head = await commit(root, { "a.ts": "mine" });
  const git = gitIn(root);
  const failing = wholeOrNothing(git, head, async () => {
    writeFileSync(path.join(root, "a.ts"), "upstream's");
    writeFileSync(path.join(root, "b.ts"), "upstream's");
    await git("add", "--all");
    throw new Error("the disk is full");
  });
  await expect(failing).rejects.toThrow("the disk is full");
  expect(await requireCommitted(git)).toBe(head);
  expect(readFileSync(path.join(root, "a.ts"), "utf8")).toBe("mine");
});

it("after an update that was killed, the next one says how to undo it", async () => {
  const root = await repository("clone");
  const head = await commit(root, { "a.ts": "mine" });
  const git = gitIn(root);
  // A killed process does not come back from this.
  void wholeOrNothing(git, head, () => new Promise(() => {}));
  await expect
    .poll(() =>
      git("rev-parse", "--verify", "--quiet", "refs/worktree/before-update").catch(() => ""),
    )
    .toBe(head);
  writeFileSync(path.join(root, "a.ts"), "half");
  writeFileSync(path.join(root, "b.ts"), "half");
  const [, undo = ""] =
    /First undo it: (.*?)\. /i.exec(
      await requireCommitted(git).catch((error: Error) => error.message),
    ) ?? [];
  expect(undo).toBe("git reset --hard && git clean -d --force");
  for (const step of undo.split(" && ")) await git(...step.split(" ").slice(1));
  expect(await requireCommitted(git)).toBe(head);
  // After the next update has ended, a change is the person's own again.
  await wholeOrNothing(git, head, async () => {});
  writeFileSync(path.join(root, "a.ts"), "changed");
  await expect(requireCommitted(git)).rejects.toThrow("Commit these changes first");
});

it("reads upstream even if git makes new repositories with SHA-256", async () => {
  const upstream = await repository("upstream");
  const hash = await commit(upstream, { "a.ts": "upstream's" });
  await gitIn(upstream)("tag", "v1.0.0");
  process.env["GIT_DEFAULT_HASH"] = "sha256";
  onTestFinished(() => void delete process.env["GIT_DEFAULT_HASH"]);
  const opened = await openUpstream(upstream);
  onTestFinished(() => opened.close());
  expect(await opened.fetch(["refs/tags/v1.0.0"])).toBe(hash);
});
