/** What a person does with a clone, as edits by hand between commands. */
export interface Recipe {
  /** Its heading in docs/recipes.md, which lists its files. */
  title: string;
  /** Run first: they write files that the edits then change. */
  before?: Command[];
  /** File → its new contents, from its present ones ("" where there are none); undefined deletes it. */
  edits: Record<string, (text: string) => string | Buffer | undefined>;
  after?: Command[];
}

/** A script of the root's package.json and its arguments. */
type Command = [script: string, args: string];

/**
 * Puts text behind what a file has already.
 *
 * @throws Error where the file does not have it: the recipe is out of date
 */
export function insert(after: string, added: string): (text: string) => string {
  return replace(after, after + added);
}

/** @throws Error where the file does not have it: the recipe is out of date */
export function replace(old: string, by: string): (text: string) => string {
  return (text) => {
    if (!text.includes(old)) throw new Error(`The file has no ${JSON.stringify(old)}`);
    return text.replace(old, by);
  };
}

export function all(...edits: ((text: string) => string)[]): (text: string) => string {
  return (text) => edits.reduce((edited, edit) => edit(edited), text);
}
