import type { Readable, Writable } from "node:stream";
import { type CANCEL_SYMBOL, confirm, isCancel, select, text } from "@clack/prompts";
import { AppError } from "@repo/errors";

/** Where the command asks its questions. */
export interface Terminal {
  input: Readable;
  output: Writable;
  /** Whether a person is there to answer. */
  isInteractive: boolean;
}

export interface Question {
  /** The option that answers it: `--domain`. */
  option: string;
  /** The value of that option. */
  given: string | undefined;
  message: string;
  /** The answer of the files. It counts if nobody is there to answer. */
  current?: string | undefined;
  /** Offered in a terminal. */
  suggestion?: string | undefined;
  /** @returns what is wrong with the answer */
  check: (answer: string) => string | undefined;
}

/**
 * The option's answer, or a person's, or that of the files.
 *
 * @throws AppError `INVALID_OPTION`, `OPTION_MISSING`, `CANCELLED`
 */
export async function ask(question: Question, terminal: Terminal): Promise<string> {
  const { option, given, message, current, suggestion, check } = question;
  if (given === undefined && terminal.isInteractive) {
    const validate = (answer: string | undefined) => check((answer ?? "").trim());
    const initialValue = current ?? suggestion ?? "";
    return answered(await text({ message, initialValue, validate, ...terminal })).trim();
  }
  const answer = (given ?? current ?? "").trim();
  const problem = check(answer);
  if (!problem) return answer;
  if (answer !== "") throw new AppError("INVALID_OPTION", `${option} ${problem}; not "${answer}".`);
  throw new AppError("OPTION_MISSING", `${option} is missing (${message}): it ${problem}.`);
}

/**
 * Asks for one of several choices, like `ask`. Without an answer, the suggestion counts.
 *
 * @throws AppError `INVALID_OPTION`, `OPTION_MISSING`, `CANCELLED`
 */
export async function choose<T extends string>(
  question: Omit<Question, "check"> & { choices: Record<T, string> },
  terminal: Terminal,
): Promise<T> {
  const { option, given, message, current, suggestion, choices } = question;
  const allowed = Object.keys(choices) as T[];
  const first = allowed.find((one) => one === (current ?? suggestion));
  if (given === undefined && terminal.isInteractive) {
    const options = allowed.map((value) => ({ value, label: choices[value] }));
    const prompt = { message, options: options as never, initialValue: first, ...terminal };
    return answered(await select<T>(prompt as Parameters<typeof select<T>>[0]));
  }
  const answer = given ?? first;
  const found = allowed.find((one) => one === answer);
  if (found) return found;
  const problem = `is one of ${allowed.join(", ")}`;
  if (answer !== undefined) {
    throw new AppError("INVALID_OPTION", `${option} ${problem}; not "${answer}".`);
  }
  throw new AppError("OPTION_MISSING", `${option} is missing (${message}): it ${problem}.`);
}

export async function agrees(message: string, terminal: Terminal): Promise<boolean> {
  return answered(await confirm({ message, ...terminal }));
}

function answered<T>(answer: T | typeof CANCEL_SYMBOL): T {
  if (isCancel(answer)) throw new AppError("CANCELLED", "Cancelled. Nothing is changed.");
  return answer;
}
