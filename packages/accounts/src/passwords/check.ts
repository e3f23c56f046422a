import { AccountError } from "../errors.ts";
import { findWeakness } from "./rules.ts";

/** @throws AccountError `WEAK_PASSWORD`; its message says what to do */
export function checkPassword(password: string, about: { name?: string; email: string }): void {
  const weakness = findWeakness(password, about);
  if (weakness) throw new AccountError("WEAK_PASSWORD", { weakness });
}
