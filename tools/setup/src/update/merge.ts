import { lstatSync, readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { AppError } from "@repo/errors";
import { type Git, entries } from "./git.ts";
import { type Conflict, findConflicts, unmerged } from "./conflicts.ts";
import { foldersOf } from "../tree.ts";
import { mergeManifest } from "./manifests.ts";
import { moveMigrations } from "./migrations.ts";
import type { Made } from "./remake.ts";

/** The branch in upstream's folder that the clone takes. */
export const BRANCH = "refs/heads/product";

/** What upstream's changes have done to the clone. All of it is in git's index, and not committed. */
export interface Merged {
  /** Number of files that have changed. */
  changed: number;
  conflicts: Conflict[];
  /** The names of upstream's new migrations, in this clone. */
  migrations: string[];
}

/**
 * Applies the difference of two of upstream's versions to a clone.
 *
 * git does it as it applies a commit from another branch: with renames followed, and conflicts in
 * the index, where every tool for merges finds them.
 *
 * @param folder has upstream's commits
 * @throws AppError `NOT_COMMITTED` if it would write over a file that git ignores
 */
export async function merge(
  git: Git,
  root: string,
  folder: string,
  base: Made,
  theirs: Made,
): Promise<Merged> {
  await git("fetch", "--quiet", "--no-tags", "--no-write-fetch-head", folder, BRANCH);
  await requireNothingHidden(git, root, base, theirs);
  try {
    // If one side adds a file to a folder that the other side has renamed, the file moves too.
    const follow = "merge.directoryRenames=true";
    await git("-c", follow, "cherry-pick", "--no-commit", theirs.commit);
  } catch (error) {
    if ((await unmerged(git)).size === 0) throw error;
  }
  await mergeManifests(git, root);
  mergeLockfiles(root, base.lockfiles, theirs.lockfiles);
  const migrations = await moveMigrations(git, base.commit, theirs.commit);
  const conflicts = await findConflicts(git, root);
  const changed = entries(await git("diff", "--name-only", "-z", "-M", "HEAD")).length;
  return { changed, conflicts, migrations };
}

/** git overwrites files that it ignores: it assumes that they can be generated again. */
async function requireNothingHidden(git: Git, root: string, base: Made, theirs: Made) {
  const range = [base.commit, theirs.commit];
  const written = await git(
    "diff",
    "--name-only",
    "-z",
    "--no-renames",
    "--diff-filter=d",
    ...range,
  );
  const tracked = new Set(entries(await git("ls-files", "-z")));
  const onDisk = (file: string) => stat(path.join(root, file));
  const inTheWay = entries(written).flatMap((file) => [
    ...foldersOf(file).filter((folder) => onDisk(folder)?.isDirectory() === false),
    ...(onDisk(file) ? [file] : []),
  ]);
  const hidden = [...new Set(inTheWay)].filter((file) => !tracked.has(file));
  if (hidden.length === 0) return;
  throw new AppError(
    "NOT_COMMITTED",
    `The starter writes files where this clone has these, which git ignores. Move them away first, or commit them with git add --force:\n${hidden.slice(0, 10).join("\n")}`,
  );
}

function stat(file: string) {
  try {
    return lstatSync(file);
  } catch {
    return undefined;
  }
}

async function mergeManifests(git: Git, root: string): Promise<void> {
  for (const [file, stages] of await unmerged(git)) {
    if (!MANIFESTS.has(path.posix.basename(file)) || stages.size < 3) continue;
    const [base = "", ours = "", theirs = ""] = await Promise.all(
      ["1", "2", "3"].map((stage) => git("cat-file", "blob", stages.get(stage) ?? "")),
    );
    const merged = mergeManifest(file, { base, ours, theirs });
    if (merged === undefined) continue;
    writeFileSync(path.join(root, file), merged);
    await git("add", "--", file);
  }
}

const MANIFESTS = new Set(["package.json", "pnpm-workspace.yaml"]);

/**
 * pnpm itself merges two lockfiles when it finds them in one file, as the two sides of a conflict.
 * It takes the higher version of each package. https://pnpm.io/git#merge-conflicts
 */
function mergeLockfiles(
  root: string,
  before: ReadonlyMap<string, string>,
  after: ReadonlyMap<string, string>,
): void {
  for (const [file, theirs] of after) {
    const target = path.join(root, file);
    const ours = read(target);
    if (theirs === before.get(file) || theirs === ours) continue;
    // The clone has deleted the workspace.
    if (ours === undefined && before.has(file)) continue;
    const isOwn = ours !== undefined && ours !== before.get(file);
    const both = `<<<<<<< HEAD\n${ours}=======\n${theirs}>>>>>>> upstream\n`;
    writeFileSync(target, isOwn ? both : theirs);
  }
}

function read(file: string): string | undefined {
  try {
    return readFileSync(file, "utf8");
  } catch {
    return undefined;
  }
}
