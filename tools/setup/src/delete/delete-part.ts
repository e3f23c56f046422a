import { spawn } from "node:child_process";
import { once } from "node:events";
import { globSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import path from "node:path";
import { SetupError } from "../error.ts";
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

const root = path.resolve(import.meta.dirname, "../../../..");
const SETTINGS = "{apps,packages,tools}/*/src/env.ts";
const ARROWS = "tools/checks/src/rules/arrows.ts";

/**
 * `pnpm app:delete NAME`: deletes a part of this clone and every reference to it.
 *
 * @throws SetupError if there is no such part, or if this clone has changed a reference to it
 */
export async function deletePart(args: string[]): Promise<void> {
  const [name = ""] = args;
  const part = parts[name];
  if (!part) {
    const known = Object.entries(parts).map(([each, { about }]) => `  ${each.padEnd(16)}${about}`);
    throw new SetupError(`Which part? pnpm app:delete NAME\n${known.join("\n")}`);
  }
  const edited = edit(part);
  const settings = list(SETTINGS).map(read).join("\n");
  const gone = remove(part);
  for (const [file, text] of edited) writeFileSync(path.join(root, file), text);
  sweep(gone);
  const left = list(SETTINGS).map(read).join("\n");
  const names = (text: string, setting: string) => new RegExp(`\\b${setting}\\b`).test(text);
  change(".env.example", (text) =>
    sweepSettings(
      text,
      (setting) =>
        part.settings.includes(setting) || (names(settings, setting) && !names(left, setting)),
    ),
  );
  for (const command of part.run) await run(command);
  await tidy();
  console.log(
    `${name} is deleted. Look at the changes with git diff, then run pnpm check and pnpm test.`,
  );
}

/** Makes all edits in memory, so that nothing is written if one of them fails. */
function edit(part: Part): Map<string, string> {
  const edited = new Map<string, string>();
  const textOf = (file: string) => edited.get(file) ?? readFileSync(path.join(root, file), "utf8");
  for (const [pattern, removals] of Object.entries(part.remove)) {
    for (const what of removals) {
      const files = list(pattern);
      const changed = files.flatMap((file): [string, string][] => {
        const text = removeLines(file, textOf(file), what);
        return text === textOf(file) ? [] : [[file, text]];
      });
      if (changed.length === 0 && files.length > 0 && !isDone(pattern, what))
        throw changedAlready(pattern, what);
      for (const [file, text] of changed) edited.set(file, text);
    }
  }
  for (const [file, headings] of Object.entries(part.sections)) {
    if (list(file).length > 0) edited.set(file, headings.reduce(removeSection, textOf(file)));
  }
  for (const [file, replacements] of Object.entries(part.replace)) {
    if (list(file).length === 0) continue;
    for (const [old, by] of Object.entries(replacements)) {
      if (!isDone(file, old)) edited.set(file, replaceOnce(file, textOf(file), old, by));
    }
  }
  return edited;
}

/** Whether a part that was deleted before has changed this text. */
function isDone(file: string, text: string): boolean {
  return Object.values(parts).some(
    (part) =>
      part.delete.flatMap(list).length === 0 &&
      (part.remove[file]?.includes(text) || part.replace[file]?.[text] !== undefined),
  );
}

function remove(part: Part): Gone {
  const paths = part.delete.flatMap(list);
  const packages = paths.flatMap((folder) => {
    const manifest = path.join(root, folder, "package.json");
    if (!statSync(manifest, { throwIfNoEntry: false })) return [];
    return [(JSON.parse(readFileSync(manifest, "utf8")) as { name: string }).name];
  });
  for (const file of paths) rmSync(path.join(root, file), { recursive: true, force: true });
  const sources = list("{apps,packages,tools}/**/*.{ts,tsx}").map(read).join("\n");
  const isCodeGone = (code: string) => !new RegExp(`\\b${code}\\b`).test(sources);
  return { paths, packages, scripts: part.scripts, isCodeGone };
}

function sweep(gone: Gone): void {
  for (const file of ["package.json", ...list("{apps,packages,tools}/*/package.json")]) {
    change(file, (text) => sweepManifest(file, text, gone));
  }
  change("knip.jsonc", (text) => sweepKnip(text, gone));
  for (const file of list(ARROWS)) change(file, (text) => sweepArrows(text, gone));
  for (const file of list("{*.md,{apps,docs,infra,packages,tools}/**/*.md}")) {
    change(file, (text) => sweepDocument(file, text, gone));
  }
}

/** Runs the tools that do the rest: remove unused dependencies, draw the imports, format. */
async function tidy(): Promise<void> {
  // First dependencies, because unused entries of the catalog depend on them.
  for (const type of ["dependencies", "catalog"]) {
    await run(`knip --fix --fix-type ${type} --no-progress --no-exit-code`, "ignore");
  }
  const { scripts } = JSON.parse(read("package.json")) as { scripts: Record<string, string> };
  if (scripts["arrows"]) await run(scripts["arrows"]);
  await run("prettier --write --log-level warn .");
}

function list(pattern: string): string[] {
  return globSync(pattern, {
    cwd: root,
    exclude: (name) => ["node_modules", "generated", "dist"].includes(path.basename(name)),
  }).map((file) => file.replaceAll(path.sep, "/"));
}

const read = (file: string) => readFileSync(path.join(root, file), "utf8");

function change(file: string, by: (text: string) => string): void {
  const text = read(file);
  const changed = by(text);
  if (changed !== text) writeFileSync(path.join(root, file), changed);
}

/** @throws SetupError if the command fails */
async function run(command: string, stdout: "inherit" | "ignore" = "inherit"): Promise<void> {
  const child = spawn(command, { cwd: root, shell: true, stdio: ["ignore", stdout, "inherit"] });
  const [code] = (await once(child, "exit")) as [number | null];
  if (code !== 0) throw new SetupError(`This command failed: ${command}`);
}
