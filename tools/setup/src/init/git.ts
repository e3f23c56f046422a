import { spawnSync } from "node:child_process";

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

/** Files of a list with changes that `git restore` would lose. */
export function unsaved(folder: string, files: string[]): string[] {
  const changed = git(folder, "diff", "--name-only", "-z", "--no-renames", "--relative") ?? "";
  return changed.split("\0").filter((file) => files.includes(file));
}

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
