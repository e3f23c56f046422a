/** Text that grows, with its white space as a browser shows it: one space, whatever was written. */
export class Writer {
  text = "";
  /** Whether it writes the item of a list. */
  readonly isItem: boolean;
  #breaks = 0;
  #space = false;

  constructor({ isItem = false } = {}) {
    this.isItem = isItem;
  }

  /** Continues the line. */
  add(text: string): void {
    const words = /[\t\r\n\f\u200b]| {2}/.test(text)
      ? text.replaceAll(/[ \t\r\n\f\u200b]+/g, " ")
      : text;
    const from = words.startsWith(" ") ? 1 : 0;
    const to = words.length - (words.endsWith(" ") ? 1 : 0);
    if (from === 1) this.#space = true;
    if (from >= to) return;
    this.addLines(words.slice(from, to));
    this.#space = to < words.length;
  }

  /** Adds text whose white space stays as it is. */
  addLines(text: string): void {
    if (text === "") return;
    if (this.text !== "") {
      this.text += this.#breaks > 0 ? "\n".repeat(this.#breaks) : this.#space ? " " : "";
    }
    this.text += text;
    this.#breaks = 0;
    this.#space = false;
  }

  /** Puts at least `breaks` line breaks before what comes next. */
  apart(breaks: number): void {
    this.#breaks = Math.max(this.#breaks, breaks);
  }

  /** The line breaks that come before what is added next. */
  get breaks(): number {
    return this.#breaks;
  }

  /** Ends the line. A second call adds an empty line, and further calls add nothing. */
  break(): void {
    this.#breaks = Math.min(this.#breaks + 1, 2);
  }
}

/**
 * Begins each line with the prefix.
 *
 * @param once only the first line has it, and the others are indented
 */
export function prefixed(text: string, prefix: string, once = false): string {
  const [first, ...others] = text.split("\n");
  const next = once ? " ".repeat(prefix.length) : prefix;
  const lines = [prefix + first, ...others.map((line) => next + line)];
  return lines.map(withoutEnd).join("\n");
}

/** Removes the spaces at a line's end. */
export function withoutEnd(line: string): string {
  return line.replace(/ +$/, "");
}
