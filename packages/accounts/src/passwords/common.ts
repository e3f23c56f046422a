import list from "@zxcvbn-ts/language-common/src/passwords.json" with { type: "json" };

// Built for the first new password, so that a start does not wait for it.
let common: Set<string> | undefined;

/** Whether it is among the 49,000 most common passwords. In lower case, as the list is. */
export function isCommon(password: string): boolean {
  common ??= new Set(list);
  return common.has(password);
}
