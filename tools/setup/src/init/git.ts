import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import path from "node:path";
import { AppError } from "@repo/errors";
import { RECORD } from "../record.ts";
import type { Change } from "../tree.ts";

/** What git prints in a folder. Undefined: it has failed, or there is no git. */
function git(folder: string, ...args: string[]): string | undefined {
  const { status, stdout } = spawnSync("git", args, {
    cwd: folder,
    encoding: "utf8",
    maxBuffer: 2 ** 26,
    stdio: ["ignore", "pipe", "ignore"],
  });
  return status === 0 ? stdout.trimEnd() : undefined;
}

/** The files that git prints. */
const list = (folder: string, ...args: string[]) =>
  git(folder, ...args, "-z")
    ?.split("\0")
    .filter(Boolean);

/**
 * Where a fresh copy comes from, if its git says so. Only a clone has the tag of its version: a
 * repository that GitHub's button has made has no tag, and an origin of its own.
 */
export function originOf(
  folder: string,
  version: string,
): { url: string; commit: string } | undefined {
  if (git(folder, "rev-parse", "--verify", "--quiet", `refs/tags/v${version}`) === undefined)
    return;
  const url = git(folder, "remote", "get-url", "origin");
  // The newest commit that is not the person's own.
  const commit = git(folder, "merge-base", "HEAD", "refs/remotes/origin/HEAD");
  return url !== undefined && commit !== undefined ? { url, commit } : undefined;
}

/**
 * Refuses to change files that `git restore` could not bring back. A copy that git knows
 * nothing of is not checked.
 *
 * @param changes what would be written
 * @param others files that would be written too
 * @throws AppError `NOT_COMMITTED`; `NO_GIT` if git cannot read its repository
 */
export function refuseUnsaved(folder: string, changes: Change[], others: string[] = []): void {
  const tracked = list(folder, "ls-files");
  const edited = list(folder, "diff", "--name-only", "--no-renames", "--relative");
  if (!tracked || !edited) {
    if (!existsSync(path.join(folder, ".git"))) return;
    throw new AppError(
      "NO_GIT",
      "git cannot read this repository, so these changes could not be undone. See what git status says.",
    );
  }
  if (tracked.length === 0) return;
  const written = changes.filter(({ before, file }) => before !== undefined && file !== RECORD);
  const lost = [...new Set([...written.map(({ file }) => file), ...others])].filter(
    (file) => edited.includes(file) || (!tracked.includes(file) && !GENERATED.test(file)),
  );
  if (lost.length === 0) return;
  const named = `${lost.slice(0, 5).join(", ")}${lost.length > 5 ? ", …" : ""}`;
  throw new AppError(
    "NOT_COMMITTED",
    `Commit your changes of ${named} first, or stash them, so that these changes can be undone. A file that git does not know would be lost: add it to git, or move it away.`,
  );
}

/** The files that git neither knows nor ignores. A folder with only such files ends in a slash. */
export const unknownTo = (folder: string): string[] =>
  list(folder, "ls-files", "--others", "--exclude-standard", "--directory") ?? [];

/**
 * Says how to undo what a command has written: git brings back what it knows, and removes what is
 * new.
 *
 * @param before what was unknown to git before the command
 */
export function howToUndo(folder: string, before: string[]): string {
  if (!list(folder, "ls-files")?.length) {
    return "Nothing undoes these changes, because git does not know these files.";
  }
  const added = unknownTo(folder).filter((file) => !before.includes(file));
  // Without -d the folder of a migration would stay, and Prisma refuses an empty one.
  const clean = added.length > 0 ? ` && git clean -fd ${added.join(" ")}` : "";
  const reset = added.some((file) => file.startsWith(MIGRATIONS))
    ? "\nIf pnpm dev or pnpm db:migrate has applied the migration since, then run pnpm db:reset. It deletes all data of the development database."
    : "";
  return `Undo: git restore .${clean}${reset}`;
}

const MIGRATIONS = "packages/db/prisma/migrations/";

const GENERATED = /\.tsbuildinfo$/;

/**
 * The difference of two folders, as a text. Undefined if there is no git.
 *
 * @param args such as `--stat`
 */
export function differenceOf(parent: string, before: string, after: string, args: string[]) {
  // It ends with 1 if there is a difference.
  const { stdout, error } = spawnSync(
    "git",
    ["diff", "--no-index", "--no-renames", "--no-prefix", ...args, "--", before, after],
    { cwd: parent, encoding: "utf8", maxBuffer: 2 ** 28, stdio: ["ignore", "pipe", "ignore"] },
  );
  return error ? undefined : stdout;
}
