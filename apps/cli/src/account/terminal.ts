import type { Readable, Writable } from "node:stream";
import { type CANCEL_SYMBOL, confirm, isCancel } from "@clack/prompts";
import { AppError } from "@repo/errors";

/** Where a command asks its questions. */
export interface Terminal {
  input: Readable;
  output: Writable;
  /** Whether a person is there to answer. */
  isInteractive: boolean;
}

export function openTerminal(): Terminal {
  const { stdin: input, stdout: output } = process;
  return { input, output, isInteractive: input.isTTY && output.isTTY };
}

/** How a person agrees in advance to what a command changes: for `command`. */
export const CONSENT = {
  yes: { type: "boolean", default: false },
  "dry-run": { type: "boolean", default: false },
} as const;

export const CONSENT_HELP = `\
  --yes                does it without asking
  --dry-run            shows what it would do`;

/** Asks before a command changes something in AWS. `--yes` answers in advance. */
export async function agrees(
  message: string,
  options: { yes: boolean; "dry-run": boolean },
  terminal: Terminal,
): Promise<boolean> {
  if (options["dry-run"]) {
    console.log("Nothing is changed, because of --dry-run.");
    return false;
  }
  if (options.yes) return true;
  if (!terminal.isInteractive) {
    console.log("Nothing is changed yet. To do it, repeat the command with --yes.");
    return false;
  }
  return answered(await confirm({ message, initialValue: false, ...terminal }));
}

/**
 * The answer to a question.
 *
 * @throws AppError `CANCELLED` after Ctrl-C or Escape
 */
export function answered<T>(answer: T | typeof CANCEL_SYMBOL): T {
  if (isCancel(answer)) throw new AppError("CANCELLED", "Cancelled. Nothing is changed.");
  return answer;
}
