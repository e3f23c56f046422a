import { EmailError } from "./error.ts";

/** Which part of a list, newest first. */
export interface Page {
  /** `next` of the previous page. */
  before?: string | undefined;
  /** At most 200. Default: 50. */
  limit?: number | undefined;
}

export function limitOf({ limit = 50 }: Page): number {
  return Math.min(Math.max(1, limit), 200);
}

export function invalidCursor(): EmailError {
  return new EmailError(
    "INVALID_CURSOR",
    "`before` is not the `next` of an earlier page. Pass that, or leave it out.",
  );
}
