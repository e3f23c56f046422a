import { SetupError } from "../error.ts";

/**
 * Removes lines of a file.
 *
 * @param what an entry of `remove` (part.ts)
 * @returns the same text if it has no such line
 * @throws SetupError if only the first of two lines is there
 */
export function removeLines(file: string, text: string, what: string): string {
  const [begin = "", end] = what.split(" … ");
  const lines = text.split("\n");
  const kept: string[] = [];
  for (let at = 0; at < lines.length; at++) {
    const line = lines[at] ?? "";
    if (!has(line, begin)) kept.push(line);
    else if (end !== undefined) {
      const last = lines.findIndex((later, index) => index > at && has(later, end));
      if (last < 0) throw changedAlready(file, end);
      at = last;
    }
  }
  return kept.join("\n");
}

/** Removes a heading and its section, up to the next heading of its level or above. */
export function removeSection(text: string, heading: string): string {
  const lines = text.split("\n");
  const begin = lines.indexOf(heading);
  if (begin < 0) return text;
  const level = /^#+/.exec(heading)?.[0].length ?? 0;
  const isEnd = (line: string) => new RegExp(`^#{1,${level}} `).test(line);
  const end = lines.findIndex((line, index) => index > begin && isEnd(line));
  return [...lines.slice(0, begin), ...(end < 0 ? [""] : lines.slice(end))].join("\n");
}

/** `^` means the beginning of the line. */
function has(line: string, text: string): boolean {
  return text.startsWith("^") ? line.startsWith(text.slice(1)) : line.includes(text);
}

/** @throws SetupError if the file does not contain it exactly once */
export function replaceOnce(file: string, text: string, old: string, by: string): string {
  const parts = text.split(old);
  if (parts.length !== 2) throw changedAlready(file, old);
  return parts.join(by);
}

export const changedAlready = (file: string, text: string) =>
  new SetupError(
    `${file} does not contain ${JSON.stringify(text)} exactly once, so this clone has changed it. Nothing was written. Delete the part by hand: tools/setup/src/delete/parts.yaml has the list.`,
  );
