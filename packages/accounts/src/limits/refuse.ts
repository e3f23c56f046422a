import { AccountError } from "../errors.ts";
import type { LimitRefusal } from "./create-limits.ts";

/**
 * @param detail more for the log: keyed hashes, no address
 * @throws AccountError `TOO_MANY_TRIES` or `SIGN_UP_CLOSED`, if there is a refusal
 */
export function refuse(
  refusal: LimitRefusal | undefined,
  detail: Record<string, string> = {},
): void {
  if (!refusal) return;
  const { status, retryAfter, limits } = refusal;
  throw new AccountError(status === 429 ? "TOO_MANY_TRIES" : "SIGN_UP_CLOSED", {
    retryAfter,
    detail: { limits: limits.join(), ...detail },
  });
}
