/** A change that people make to a clone: edits and commands. */
export interface Recipe {
  /** Its heading in docs/recipes.md, which lists its files. */
  title: string;
  /**
   * File → a function from the old contents ("" for a new file) to the new. Undefined deletes the
   * file.
   */
  edits: Record<string, (text: string) => string | Buffer | undefined>;
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
    return text.replace(old, by);
  };
}

export function all(...edits: ((text: string) => string)[]): (text: string) => string {
  return (text) => edits.reduce((edited, edit) => edit(edited), text);
}
