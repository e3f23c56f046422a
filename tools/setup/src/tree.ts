import { mkdirSync, readFileSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import path from "node:path";

/** A file before and after. Undefined: there is no such file. */
export interface Change {
  /** Relative to the root, with slashes. */
  file: string;
  before: string | undefined;
  after: string | undefined;
}

/** The files of a clone, with changes that are not written yet. All paths have slashes. */
export interface Tree {
  root: string;
  /** The files and folders that match a pattern, such as `docs/*.md`. */
  list: (pattern: string) => string[];
  files: () => string[];
  has: (file: string) => boolean;
  read: (file: string) => string;
  write: (file: string, text: string) => void;
  /** Removes a file, or a folder with all that is in it. */
  remove: (file: string) => void;
  /** What `save` would write, sorted by path. */
  changes: () => Change[];
  save: () => void;
}

// We do not ask git, because a copy may have none.
const SKIPPED = new Set([
  "node_modules",
  ".git",
  ".local",
  ".turbo",
  ".react-email",
  "dist",
  "generated",
]);

export function openTree(root: string): Tree {
  const onDisk = new Map<string, string | undefined>(
    walk(root, "").map((file) => [file, undefined]),
  );
  const changed = new Map<string, string | undefined>();
  const has = (file: string) =>
    changed.has(file) ? changed.get(file) !== undefined : onDisk.has(file);
  const original = (file: string): string | undefined => {
    if (!onDisk.has(file)) return undefined;
    const text = onDisk.get(file) ?? readFileSync(path.join(root, file), "utf8");
    onDisk.set(file, text);
    return text;
  };
  const files = () => [...new Set([...onDisk.keys(), ...changed.keys()])].filter(has);
  const changes = () =>
    [...changed]
      .map(([file, after]) => ({ file, before: original(file), after }))
      .filter(({ before, after }) => before !== after)
      .toSorted((a, b) => (a.file < b.file ? -1 : 1));
  const inside = (file: string, folder: string) => file === folder || file.startsWith(`${folder}/`);

  return {
    root,
    files,
    has,
    list(pattern) {
      if (!/[*{]/.test(pattern)) {
        const isThere = files().some((file) => inside(file, pattern));
        return isThere ? [pattern] : [];
      }
      const paths = new Set(files().flatMap((file) => [file, ...foldersOf(file)]));
      return [...paths].filter((each) => path.posix.matchesGlob(each, pattern)).toSorted();
    },
    read(file) {
      const text = changed.has(file) ? changed.get(file) : original(file);
      if (text === undefined) throw new Error(`There is no ${file}`);
      return text;
    },
    write: (file, text) => void changed.set(file, text),
    remove(file) {
      for (const each of files().filter((one) => inside(one, file))) changed.set(each, undefined);
    },
    changes,
    save() {
      for (const { file, after } of changes()) {
        const target = path.join(root, file);
        if (after === undefined) rmSync(target, { force: true });
        else {
          mkdirSync(path.dirname(target), { recursive: true });
          writeFileSync(target, after);
        }
      }
      removeEmpty(root, changed);
    },
  };
}

/** Folders that have become empty: git does not know them, but package managers and globs do. */
function removeEmpty(root: string, changed: ReadonlyMap<string, string | undefined>): void {
  const removed = [...changed].filter(([, after]) => after === undefined).map(([file]) => file);
  const folders = new Set(removed.flatMap(foldersOf));
  for (const folder of [...folders].toSorted((a, b) => b.length - a.length)) {
    const target = path.join(root, folder);
    const left = readdirSync(target, { withFileTypes: true });
    // What was installed or made there goes with the last file.
    if (left.every(({ name }) => SKIPPED.has(name))) rmSync(target, { recursive: true });
  }
}

/** The folders of a file, the deepest first. */
export function foldersOf(file: string): string[] {
  const folder = path.posix.dirname(file);
  return folder === "." ? [] : [folder, ...foldersOf(folder)];
}

function walk(root: string, folder: string): string[] {
  return readdirSync(path.join(root, folder), { withFileTypes: true }).flatMap((entry) => {
    const file = folder === "" ? entry.name : `${folder}/${entry.name}`;
    // In a worktree it is a file. A copy of it would commit into the real repository.
    if (entry.name === ".git") return [];
    if (entry.isDirectory()) return SKIPPED.has(entry.name) ? [] : walk(root, file);
    // .env and its like hold secrets, and are no part of the product.
    const isSecret = /^\.env(?!\.example$)/.test(entry.name);
    return entry.isFile() && !isSecret ? [file] : [];
  });
}
