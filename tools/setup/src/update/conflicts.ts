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
    return `Upstream deleted it, and you have changed it. Keep it: git add ${quoted}. Delete it: git rm ${quoted}.`;
  }
  if (stages === "13") {
    return `You deleted it, and upstream has changed it. Leave it deleted: git rm ${quoted}. Take it: git add ${quoted}.`;
  }
  if (stages.length === 1) {
    return `You and upstream renamed it differently. Keep one of the names: git add its file, and git rm the others.`;
  }
  if (isMarked) {
    const both = stages === "23" ? "You and upstream added it." : "You and upstream changed it.";
    return `${both} Choose between the lines at <<<<<<< and >>>>>>>, then git add ${quoted}.`;
  }
  return `You and upstream changed it. Yours: git checkout --ours ${quoted}. Upstream's: git checkout --theirs ${quoted}. Then git add it.`;
}

function hasMarkers(file: string): boolean {
  try {
    return /^<{7} /m.test(readFileSync(file, "utf8"));
  } catch {
    return false;
  }
}
