import { readFileSync } from "node:fs";
import path from "node:path";
import { parse } from "yaml";
import { Part } from "../delete/part.ts";
import { parts } from "../delete/parts.ts";
import { planDeletion } from "../delete/plan.ts";
import { readRecord, writeRecord } from "../record.ts";
import type { Tree } from "../tree.ts";
import { type Answers, partsIn } from "./answers.ts";
import { BRAND, isFresh, readBrand, withOwner } from "./clone.ts";
import { withAccent } from "./colors.ts";
import { originOf } from "./git.ts";
import { readNames, renameAll } from "./names.ts";

/**
 * Turns a copy of the starter into a product, or changes the answers of an earlier run.
 *
 * @returns the parts that it deletes; and notes of what stays because the person has changed it
 * @throws SetupError if a part cannot be left out, because the person has changed its lines
 */
export function planProduct(tree: Tree, answers: Answers): { deleted: Part[]; notes: string[] } {
  const notes: string[] = [];
  const fresh = isFresh(tree);
  const before = readNames(tree);
  const old = fresh ? undefined : readRecord(tree);
  const { version } = JSON.parse(tree.read("package.json")) as { version: string };

  if (fresh) {
    planDeletion(tree, starter(answers), ({ message }) =>
      notes.push(message.replace(/ exactly once.*/s, "")),
    );
    edit(tree, "package.json", (text) => manifest(text, answers));
    edit(tree, "CHANGELOG.md", emptyChangelog);
  }
  edit(tree, "LICENSE", (text) => withOwner(text, answers.owner));
  for (const file of renameAll(tree, before, answers)) {
    notes.push(`${file} does not have the name "${before.name}" where it was`);
  }
  edit(tree, BRAND, (text) => brand(text, tree, answers));
  const had = partsIn(tree);
  const deleted = answers.without.flatMap((name) =>
    parts[name] && had.includes(name) ? [parts[name]] : [],
  );
  for (const part of deleted) planDeletion(tree, part);
  const left = partsIn(tree);
  writeRecord(tree, {
    upstream: answers.upstream,
    version: old?.version ?? version,
    commit: old ? old.commit : (originOf(tree.root, version)?.commit ?? null),
    name: answers.package,
    leftOut: Object.keys(parts)
      .filter((name) => !left.includes(name))
      .toSorted(),
  });
  return { deleted, notes };
}

function edit(tree: Tree, file: string, by: (text: string) => string): void {
  if (tree.has(file)) tree.write(file, by(tree.read(file)));
}

/** The list of starter.yaml, with the product's texts. */
function starter({ name, tagline, supportEmail }: Answers): Part {
  const list = readFileSync(path.join(import.meta.dirname, "starter.yaml"), "utf8");
  const part = Part.parse(parse(list));
  const fill = (text: string) =>
    text
      .replaceAll("{name}", () => name)
      .replaceAll("{tagline}", () => tagline)
      .replaceAll("{support}", () => supportEmail);
  const replace = Object.entries(part.replace).map(([file, texts]) => [
    file,
    Object.fromEntries(Object.entries(texts).map(([text, by]) => [text, fill(by)])),
  ]);
  return { ...part, replace: Object.fromEntries(replace) as Part["replace"] };
}

/** The root's package.json of a new product. Its name is in names.yaml. */
function manifest(text: string, { tagline }: Answers): string {
  const {
    repository: _repository,
    homepage: _homepage,
    bugs: _bugs,
    ...starters
  } = JSON.parse(text) as { repository?: unknown; homepage?: unknown; bugs?: unknown };
  return format({ ...starters, version: "0.1.0", description: tagline });
}

/** The heading of a changelog, without the starter's entries. */
function emptyChangelog(text: string): string {
  const [heading = ""] = text.split(/^## /m);
  const own = heading.replace("Changes that matter to owners of a clone", "Changes that matter");
  return `${own}## [Unreleased]\n`;
}

function brand(text: string, tree: Tree, { tagline, supportEmail, color }: Answers): string {
  const old = readBrand(tree);
  const colored = color === old.colors.accent ? old : withAccent(old, color);
  const made = { ...colored, tagline, supportEmail };
  return JSON.stringify(made) === JSON.stringify(old) ? text : format(made);
}

const format = (value: object) => `${JSON.stringify(value, null, 2)}\n`;
