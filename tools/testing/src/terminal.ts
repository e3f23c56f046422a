import { PassThrough } from "node:stream";
import { stripVTControlCharacters } from "node:util";
import { vi } from "vitest";

/** A terminal of 80 columns, and the person in front of it. */
export function createTerminal() {
  const input = Object.assign(new PassThrough(), { isTTY: true, setRawMode: () => input });
  const output = Object.assign(new PassThrough(), { isTTY: true, columns: 80, rows: 50 });
  let shown = "";
  let seen = 0;
  output.on("data", (chunk: Buffer) => {
    shown += String(chunk);
  });
  const text = () => stripVTControlCharacters(shown);
  return {
    terminal: { input, output, isInteractive: true },
    /** Presses keys as soon as the terminal shows a text that it has not shown before. */
    answer: async (question: string, keys: string) => {
      await vi.waitFor(
        () => {
          const at = text().indexOf(question, seen);
          if (at < 0) throw new Error(`"${question}" is not shown after: ${text().slice(seen)}`);
          seen = at + question.length;
        },
        { timeout: 5_000, interval: 5 },
      );
      input.write(keys);
    },
  };
}

/** Keys of a terminal. */
export const ENTER = "\r";
export const TAB = "\t";
export const DOWN = "\u{1B}[B";
export const CTRL_C = "\u{3}";
/** Empties an input. */
export const CLEAR = "\u{7F}".repeat(100);
