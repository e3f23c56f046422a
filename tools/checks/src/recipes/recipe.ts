import { readFileSync } from "node:fs";
import path from "node:path";

/** A change that people make to a clone: edits and commands. */
export interface Recipe {
  /** Its heading in docs/recipes.md, which lists its files. */
  title: string;
  /**
   * File → a function from the old contents ("" for a new file) to the new. Undefined deletes the
   * file. `clone` is the folder of the clone.
   */
  edits: Record<string, (text: string, clone: string) => string | Buffer | undefined>;
  /** An edit of many files, which docs/recipes.md describes in a sentence. */
  forEach?: { files: string; edit: (text: string) => string };
  after?: Command[];
}

/** A script of the root's package.json and its arguments. */
type Command = [script: string, args: string];

/**
 * Inserts text after a text that the file contains.
 *
 * @throws Error if the file does not contain it: the recipe is out of date
 */
export function insert(after: string, added: string): (text: string) => string {
  return replace(after, after + added);
}

/** @throws Error if the file does not contain it: the recipe is out of date */
export function replace(old: string, by: string): (text: string) => string {
  return (text) => {
    if (!text.includes(old)) throw new Error(`The file does not contain ${JSON.stringify(old)}`);
    return text.replace(old, () => by);
  };
}

const root = path.join(import.meta.dirname, "../../../..");

/** A new file that begins as a copy of one of the clone, which earlier recipes may have changed. */
export function copyOf(file: string, edit: (text: string) => string) {
  return (_: string, clone: string) => edit(readFileSync(path.join(clone, file), "utf8"));
}

/** The code that docs/recipes.md shows for a file. */
export function shown(file: string): string {
  const page = readFileSync(path.join(root, "docs/recipes.md"), "utf8");
  const [, code] = page.split(` file=${file}\n`);
  if (code === undefined) throw new Error(`docs/recipes.md shows no code of ${file}`);
  return code.slice(0, code.indexOf("```"));
}

export function all(...edits: ((text: string) => string)[]): (text: string) => string {
  return (text) => edits.reduce((edited, edit) => edit(edited), text);
}
