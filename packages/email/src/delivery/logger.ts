import { AppError } from "@repo/errors";

/** What pino offers of itself. */
export interface Log {
  info(fields: object, message: string): void;
  warn(fields: object, message: string): void;
  error(fields: object, message: string): void;
}

/**
 * What went wrong and where. Of errors that are not ours without their text: that may quote a
 * row, or a link.
 */
export function describe(error: unknown): { code: string; at: string[]; reason?: string } {
  const { name, code = name, stack = "" } = error as Error & { code?: string };
  const frames = stack.split("\n").filter((line) => /^\s+at /.test(line));
  const at = frames.slice(0, 3).map((line) => line.trim());
  return error instanceof AppError ? { code, at, reason: error.message } : { code, at };
}
