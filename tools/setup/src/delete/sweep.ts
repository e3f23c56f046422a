import path from "node:path";

/** What has been deleted. */
export interface Gone {
  /** Files and folders, relative to the root, with slashes. */
  paths: string[];
  /** Scripts of the root's package.json. */
  scripts: string[];
  /** Names of packages: `@repo/bench`. */
  packages: string[];
  /** Whether no source contains an error's code any more. */
  isCodeGone: (code: string) => boolean;
}

/** A package.json without deleted packages and files. The root's also without deleted scripts. */
export function sweepManifest(file: string, text: string, gone: Gone): string {
  const manifest = JSON.parse(text) as Record<string, Record<string, string> | undefined>;
  const { scripts = {}, exports = {}, dependencies = {}, devDependencies = {} } = manifest;
  for (const name of gone.packages) {
    delete dependencies[name];
    delete devDependencies[name];
  }
  for (const [name, target] of Object.entries(exports)) {
    if (gone.paths.includes(path.posix.join(path.posix.dirname(file), target)))
      delete exports[name];
  }
  if (file === "package.json") for (const name of gone.scripts) delete scripts[name];
  return `${JSON.stringify(manifest, null, 2)}\n`;
}

/** knip.jsonc without its entries of deleted folders. */
export function sweepKnip(text: string, gone: Gone): string {
  return gone.paths.reduce((kept, folder) => {
    const block = new RegExp(`^    "${folder}": \\{\\n(?:      .*\\n)*    \\},\\n`, "m");
    return kept.replace(block, "");
  }, text);
}

/** The table of tools/checks/src/rules/arrows.ts without deleted packages. */
export function sweepArrows(text: string, gone: Gone): string {
  return gone.packages.reduce((kept, name) => {
    const short = name.replace("@repo/", "");
    const withoutRow = kept.replace(new RegExp(`^  "?${short}"?: "[^"]*",\\n`, "m"), "");
    return withoutRow.replaceAll(
      new RegExp(`(?<=^  "?[\\w-]+"?: "[^"]*)\\b(?<!-)${short}(?!-)\\b ?`, "gm"),
      "",
    );
  }, text);
}

/** .env.example without settings that nothing reads any more, and without their comments. */
export function sweepSettings(text: string, isGone: (name: string) => boolean): string {
  const kept: string[] = [];
  for (const line of text.split("\n")) {
    const name = SETTING.exec(line)?.[1];
    if (name === undefined || !isGone(name)) {
      kept.push(line);
      continue;
    }
    while (kept.at(-1)?.startsWith("#") && !SETTING.test(kept.at(-1) ?? "")) kept.pop();
  }
  return kept.join("\n");
}

const SETTING = /^#? ?([A-Z][A-Z0-9_]*)=/;

/**
 * A document without rows, items, sentences and lines of code that name something deleted, and
 * without empty headings and tables.
 */
export function sweepDocument(file: string, text: string, gone: Gone): string {
  const folder = path.posix.dirname(file);
  const namesGone = (part: string) =>
    pathsIn(part, folder).some((name) =>
      gone.paths.some((each) => name === each || name.startsWith(`${each}/`)),
    ) ||
    [...part.matchAll(/\bpnpm ([\w:-]+)/g)].some(([, name = ""]) => gone.scripts.includes(name));
  const kept: string[] = [];
  let isFenced = false;
  // The current folder in the README's tree.
  let parent = "";
  for (const line of text.split("\n")) {
    if (line.startsWith("```")) isFenced = !isFenced;
    if (isFenced) {
      const [, indent, name = ""] = /^( *)([\w-]+)\/(?: {2,}|$)/.exec(line) ?? [];
      if (indent === "") parent = name;
      const leaf = indent ? `${parent}/${name}` : name;
      if (!gone.paths.includes(leaf) && !namesGone(line)) kept.push(line);
      continue;
    }
    const code = /^\| `([A-Z][A-Z_0-9]+)`/.exec(line)?.[1];
    if (code && gone.isCodeGone(code)) continue;
    // If the first sentence names something deleted, the whole paragraph is about it.
    const [mark = ""] = /^\s*(?:- |\d+\. )?/.exec(line) ?? [];
    const [first = "", ...others] = line.slice(mark.length).split(/(?<=[.:!?]\)?) (?=[A-Z`[*])/);
    if (!namesGone(line)) kept.push(line);
    else if (!line.startsWith("|") && !namesGone(first))
      kept.push(mark + [first, ...others.filter((sentence) => !namesGone(sentence))].join(" "));
  }
  // Otherwise blank lines in code would go too.
  return kept.join("\n") === text ? text : withoutEmpty(kept.join("\n"));
}

/** The paths that a text links to or names as code, relative to the root. */
function pathsIn(text: string, folder: string): string[] {
  const links = [...text.matchAll(/\]\(([^)#\s]+)/g)].map(([, target = ""]) =>
    path.posix.join(folder, target),
  );
  return [...links, ...[...text.matchAll(/`([\w./*-]+)`/g)].map(([, name = ""]) => name)];
}

/** Removes headings, tables and code blocks that have become empty. */
function withoutEmpty(text: string): string {
  const swept = text
    .replaceAll(/^```\w*\n```\n/gm, "")
    .replaceAll(/^\|.*\|\n\|[ :|-]+\|\n(?!\|)/gm, "")
    .replaceAll(/\n{3,}/g, "\n\n")
    .replaceAll(/^(#{2,}) .*\n\n(?=(#+) )/gm, (heading, own: string, next: string) =>
      next.length <= own.length ? "" : heading,
    );
  return swept === text ? text : withoutEmpty(swept);
}
