import { AccountError } from "../errors.ts";
import type { Refusal } from "./create-limits.ts";

/**
 * @param detail what else the log may know of it: keyed hashes, no address
 * @throws AccountError `TOO_MANY_TRIES`, `SIGN_UP_CLOSED`: the refusal, if there is one
 */
export function refuse(refusal: Refusal | undefined, detail: Record<string, string> = {}): void {
  if (!refusal) return;
  const { status, retryAfter, limits } = refusal;
  throw new AccountError(status === 429 ? "TOO_MANY_TRIES" : "SIGN_UP_CLOSED", {
    retryAfter,
    detail: { limits: limits.join(), ...detail },
  });
}
