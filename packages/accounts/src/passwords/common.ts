import list from "@zxcvbn-ts/language-common/src/passwords.json" with { type: "json" };

// Built at the first use, so that the start does not wait for it.
let common: Set<string> | undefined;

/**
 * Whether it is one of the 49,000 most common passwords. @param password in lower case, like the
 * list
 */
export function isCommon(password: string): boolean {
  common ??= new Set(list);
  return common.has(password);
}
