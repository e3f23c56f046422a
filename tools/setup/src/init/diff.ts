import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import type { Change } from "../tree.ts";
import { differenceOf } from "./git.ts";

/** Every changed line, as `git diff` shows it. Deleted files only by their names. */
export function showLines(changes: Change[], color: boolean): string {
  const edited = changes.filter(({ after }) => after !== undefined);
  const folder = mkdtempSync(path.join(tmpdir(), "app-init-"));
  try {
    mkdirSync(path.join(folder, "a"));
    mkdirSync(path.join(folder, "b"));
    for (const { file, before, after } of edited) {
      if (before !== undefined) write(path.join(folder, "a", file), before);
      write(path.join(folder, "b", file), after ?? "");
    }
    const args = ["--unified=1", `--color=${color ? "always" : "never"}`];
    const lines = differenceOf(folder, "a", "b", args) ?? edited.map(({ file }) => file).join("\n");
    return [showDeleted(changes), lines].filter((part) => part !== "").join("\n\n");
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** The changed files, a line each; of deleted folders one line. */
export function showFiles(changes: Change[]): string {
  const edited = changes
    .filter(({ after }) => after !== undefined)
    .map(({ file, before }) => `${before === undefined ? "new    " : "changed"}  ${file}`);
  return [showDeleted(changes), ...edited].filter((part) => part !== "").join("\n");
}

const IN_GROUPS = /^(?:apps|docs|packages|tools)\//;

function showDeleted(changes: Change[]): string {
  const folders = new Map<string, string[]>();
  for (const { file, after } of changes) {
    if (after !== undefined) continue;
    const folder = file
      .split("/")
      .slice(0, IN_GROUPS.test(file) ? 2 : 1)
      .join("/");
    folders.set(folder, [...(folders.get(folder) ?? []), file]);
  }
  return [...folders.values()]
    .map(
      (files) =>
        `deleted  ${files.length > 1 ? `${files.length} files of ` : ""}${commonPath(files)}`,
    )
    .join("\n");
}

/** The deepest folder that has all the files; the file itself if there is one. */
function commonPath(files: string[]): string {
  const [first = [], ...others] = files.map((file) => file.split("/"));
  const end = first.findIndex((part, index) => others.some((other) => other[index] !== part));
  return first.slice(0, end < 0 ? first.length : end).join("/");
}

function write(file: string, text: string): void {
  mkdirSync(path.dirname(file), { recursive: true });
  writeFileSync(file, text);
}
