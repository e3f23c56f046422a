import { readFileSync } from "node:fs";
import path from "node:path";
import { type Git, entries } from "./git.ts";

/** A file that git could not merge. */
export interface Conflict {
  file: string;
  /** What happened, and what to do. */
  advice: string;
}

/** The files with conflicts in a clone's index. */
export async function findConflicts(git: Git, root: string): Promise<Conflict[]> {
  return [...(await unmerged(git))].map(([file, stages]) => ({
    file,
    advice: advise(file, [...stages.keys()].join(""), hasMarkers(path.join(root, file))),
  }));
}

/** File → stage (1 before, 2 yours, 3 upstream's) → blob, of the files that are not merged. */
export async function unmerged(git: Git): Promise<Map<string, Map<string, string>>> {
  const files = new Map<string, Map<string, string>>();
  for (const entry of entries(await git("ls-files", "--unmerged", "-z"))) {
    const [, blob = "", stage = "", file = ""] = /^\d+ (\w+) (\d)\t(.*)$/s.exec(entry) ?? [];
    files.set(file, (files.get(file) ?? new Map<string, string>()).set(stage, blob));
  }
  return files;
}

/** @param stages the stages that the file has: https://git-scm.com/docs/git-ls-files */
function advise(file: string, stages: string, isMarked: boolean): string {
  const quoted = `"${file}"`;
  if (stages === "12") {
    return `The starter has deleted it, and you have changed it. Keep it: git add ${quoted}. Delete it: git rm ${quoted}.`;
  }
  if (stages === "13") {
    return `You have deleted it, and the starter has changed it. Leave it deleted: git rm ${quoted}. Take it: git add ${quoted}.`;
  }
  if (stages === "1") {
    return `You and the starter have given it two different names, which are conflicts too. Remove this old one: git rm ${quoted}.`;
  }
  if (stages.length === 1) {
    const name = stages === "2" ? "Your new name" : "The starter's new name";
    return `${name} of a file that both have renamed. Keep it: git add ${quoted}. Delete it: git rm ${quoted}.`;
  }
  if (isMarked) {
    const did = stages === "23" ? "added" : "changed";
    return `You and the starter have ${did} it. Your lines follow <<<<<<<, and the starter's follow =======. Keep what you want, then git add ${quoted}.`;
  }
  return `You and the starter have changed it. Yours: git checkout --ours ${quoted}. The starter's: git checkout --theirs ${quoted}. Then git add it.`;
}

function hasMarkers(file: string): boolean {
  try {
    return /^<{7} /m.test(readFileSync(file, "utf8"));
  } catch {
    return false;
  }
}
