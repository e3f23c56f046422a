import { AppError } from "./error.ts";

/**
 * The fields with which an error is logged: what went wrong and where. Only our own errors are
 * logged with their text, because others may quote a row or a link.
 */
export function errorFields(error: unknown): { code: string; at: string[]; reason?: string } {
  const { name, code = name, stack = "" } = error as Error & { code?: string };
  const frames = stack.split("\n").filter((line) => /^\s+at /.test(line));
  const at = frames.slice(0, 3).map((line) => line.trim());
  return error instanceof AppError ? { code, at, reason: error.message } : { code, at };
}
