import { AccountError } from "../errors.ts";
import { checkNewPassword } from "./rules.ts";

/** @throws AccountError `WEAK_PASSWORD`; its message says what to do */
export function checkPassword(password: string, about: { name?: string; email: string }): void {
  const message = checkNewPassword(password, about);
  if (message !== undefined) throw new AccountError("WEAK_PASSWORD", { message });
}
