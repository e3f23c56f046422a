import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { expect, it, onTestFinished } from "vitest";
import { gitIn } from "../update/git.ts";
import { howToUndo, refuseUnsaved, unknownTo } from "./git.ts";

async function repository() {
  const folder = mkdtempSync(path.join(tmpdir(), "app-init-test-"));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  const git = gitIn(folder);
  const write = (file: string) => writeFileSync(path.join(folder, file), "mine");
  const refuse = (...files: string[]) =>
    refuseUnsaved(
      folder,
      files.map((file) => ({ file, before: "mine", after: undefined })),
      ["package.json"],
    );
  write("package.json");
  return { folder, git, write, refuse };
}

it("refuses to delete or change a file that git could not bring back", async () => {
  const { git, write, refuse } = await repository();
  write("committed.ts");
  write(".gitignore");
  await git("init", "--quiet");
  await git("add", "--all");
  write("new.ts");
  refuse("committed.ts");
  const refused = { code: "NOT_COMMITTED", message: expect.stringContaining("new.ts first") };
  expect(() => refuse("committed.ts", "new.ts")).toThrow(expect.objectContaining(refused));
  // A file that a program generates, and the record of app:init.
  refuse("tsconfig.tsbuildinfo", ".starter.json");
});

it("refuses if one of the other files that it writes was changed", async () => {
  const { folder, git, refuse } = await repository();
  await git("init", "--quiet");
  await git("add", "--all");
  writeFileSync(path.join(folder, "package.json"), "changed");
  expect(() => refuse()).toThrow("package.json first");
});

it("refuses if git cannot read its repository, and not in a copy without git", async () => {
  const { write, refuse } = await repository();
  refuse("package.json");
  write(".git");
  expect(() => refuse("package.json")).toThrow(expect.objectContaining({ code: "NO_GIT" }));
});

it("undoes with a command that names each new file and folder, and no file of a person", async () => {
  const { folder, git, write } = await repository();
  const migrations = "packages/db/prisma/migrations";
  mkdirSync(path.join(folder, migrations, "1_old"), { recursive: true });
  for (const file of [".gitignore", `${migrations}/1_old/migration.sql`]) write(file);
  await git("init", "--quiet");
  await git("add", "--all");
  write("notes.txt");
  const before = unknownTo(folder);
  write("package.json");
  expect(howToUndo(folder, before)).toBe("Undo: git restore .");
  write(".starter.json");
  expect(howToUndo(folder, before)).toBe("Undo: git restore . && git clean -fd .starter.json");
  mkdirSync(path.join(folder, migrations, "2_no_api"));
  write(`${migrations}/2_no_api/migration.sql`);
  expect(howToUndo(folder, before)).toBe(
    `Undo: git restore . && git clean -fd .starter.json ${migrations}/2_no_api/
If pnpm dev or pnpm db:migrate has applied the migration since, then run pnpm db:reset. It deletes all data of the development database.`,
  );
});

it("has no command to undo in a copy without git", async () => {
  const { folder } = await repository();
  expect(howToUndo(folder, unknownTo(folder))).toBe(
    "Nothing undoes these changes, because git does not know these files.",
  );
});
