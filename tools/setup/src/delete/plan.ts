import path from "node:path";
import type { SetupError } from "../error.ts";
import type { Tree } from "../tree.ts";
import { changedAlready, removeLines, removeSection, replaceOnce } from "./edit.ts";
import type { Part } from "./part.ts";
import { parts } from "./parts.ts";
import {
  type Gone,
  sweepArrows,
  sweepDocument,
  sweepKnip,
  sweepManifest,
  sweepSettings,
} from "./sweep.ts";

const SETTINGS = "{apps,packages,tools}/*/src/env.ts";
const ARROWS = "tools/checks/src/rules/arrows.ts";

type OnChanged = (error: SetupError) => void;
const fail: OnChanged = (error) => {
  throw error;
};

/** Whether nothing of a part is left. */
export const isGone = (tree: Tree, part: Part) =>
  part.delete.every((pattern) => tree.list(pattern).length === 0);

/**
 * Deletes a part and every reference to it from a tree.
 *
 * @param onChanged gets an error for each reference that the clone has changed. By default it is thrown.
 */
export function planDeletion(tree: Tree, part: Part, onChanged: OnChanged = fail): void {
  const settings = tree.list(SETTINGS).map(tree.read).join("\n");
  edit(tree, part, onChanged);
  const gone = remove(tree, part);
  sweep(tree, gone);
  const left = tree.list(SETTINGS).map(tree.read).join("\n");
  const names = (text: string, setting: string) => new RegExp(`\\b${setting}\\b`).test(text);
  change(tree, ".env.example", (text) =>
    sweepSettings(
      text,
      (setting) =>
        part.settings.includes(setting) || (names(settings, setting) && !names(left, setting)),
    ),
  );
}

/** Removes and replaces the lines of other files that name the part. */
export function edit(tree: Tree, part: Part, onChanged: OnChanged = fail): void {
  for (const [pattern, removals] of Object.entries(part.remove)) {
    const files = tree.list(pattern);
    for (const what of removals) {
      const changed = files.flatMap((file): [string, string][] => {
        const text = removeLines(file, tree.read(file), what);
        return text === tree.read(file) ? [] : [[file, text]];
      });
      if (changed.length === 0 && files.length > 0 && !isDone(tree, pattern, what))
        onChanged(changedAlready(pattern, what));
      for (const [file, text] of changed) tree.write(file, text);
    }
  }
  for (const [file, headings] of Object.entries(part.sections)) {
    if (tree.has(file)) tree.write(file, headings.reduce(removeSection, tree.read(file)));
  }
  for (const [file, replacements] of Object.entries(part.replace)) {
    if (!tree.has(file)) continue;
    for (const [old, by] of Object.entries(replacements)) {
      if (isDone(tree, file, old)) continue;
      try {
        tree.write(file, replaceOnce(file, tree.read(file), old, by));
      } catch (error) {
        onChanged(error as SetupError);
      }
    }
  }
}

/** Whether a part that was deleted before has changed this text. */
function isDone(tree: Tree, file: string, text: string): boolean {
  return Object.values(parts).some(
    (part) =>
      (part.remove[file]?.includes(text) || part.replace[file]?.[text] !== undefined) &&
      isGone(tree, part),
  );
}

function remove(tree: Tree, part: Part): Gone {
  const paths = part.delete.flatMap(tree.list);
  const packages = paths
    .map((folder) => path.posix.join(folder, "package.json"))
    .filter(tree.has)
    .map((manifest) => (JSON.parse(tree.read(manifest)) as { name: string }).name);
  for (const each of paths) tree.remove(each);
  const sources = tree.list("{apps,packages,tools}/**/*.{ts,tsx}").map(tree.read).join("\n");
  const isCodeGone = (code: string) => !new RegExp(`\\b${code}\\b`).test(sources);
  return { paths, packages, scripts: part.scripts, isCodeGone };
}

function sweep(tree: Tree, gone: Gone): void {
  for (const file of ["package.json", ...tree.list("{apps,packages,tools}/*/package.json")]) {
    change(tree, file, (text) => sweepManifest(file, text, gone));
  }
  change(tree, "knip.jsonc", (text) => sweepKnip(text, gone));
  for (const file of tree.list(ARROWS)) change(tree, file, (text) => sweepArrows(text, gone));
  for (const file of tree.list("{*.md,{apps,docs,infra,packages,tools}/**/*.md}")) {
    change(tree, file, (text) => sweepDocument(file, text, gone));
  }
}

function change(tree: Tree, file: string, by: (text: string) => string): void {
  tree.write(file, by(tree.read(file)));
}
