import { execFileSync } from "node:child_process";
import { readdirSync } from "node:fs";
import path from "node:path";
import { AppError } from "@repo/errors";
import { root } from "../env.ts";

/** The folder of the migrations, in every version. */
export const MIGRATIONS = "packages/db/prisma/migrations";

/** Runs git in this clone. @returns what it prints */
export function git(...args: string[]): string {
  return execFileSync("git", args, {
    cwd: root,
    encoding: "utf8",
    stdio: ["ignore", "pipe", "pipe"],
  }).trim();
}

/**
 * Compares an earlier version's migrations with those of this folder.
 *
 * @param ref a tag or a commit
 * @returns its commit, and the migrations that it lacks
 * @throws AppError `NO_SUCH_VERSION`, `VERSION_NOT_EARLIER`
 */
export function compareVersions(ref: string): { commit: string; added: string[] } {
  const commit = commitOf(ref);
  const before = git("ls-tree", "-d", "--name-only", commit, `${MIGRATIONS}/`)
    .split("\n")
    .map((folder) => path.posix.basename(folder));
  const now = readdirSync(path.join(root, MIGRATIONS), { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map(({ name }) => name)
    .toSorted();
  const missing = before.filter((name) => name && !now.includes(name));
  if (missing.length > 0) {
    throw new AppError(
      "VERSION_NOT_EARLIER",
      `${ref} has migrations that this version lacks (${missing.join(", ")}), so its database cannot become this one's. Name an earlier version.`,
    );
  }
  return { commit, added: now.filter((name) => !before.includes(name)) };
}

function commitOf(ref: string): string {
  try {
    return git("rev-parse", "--verify", "--quiet", `${ref}^{commit}`);
  } catch (cause) {
    throw new AppError(
      "NO_SUCH_VERSION",
      `${ref ? `There is no version ${ref}.` : "Which version runs in production?"} Name its tag or its commit: pnpm db:before v1.2.0`,
      { cause },
    );
  }
}
