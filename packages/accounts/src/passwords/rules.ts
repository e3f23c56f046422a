import { brand } from "@repo/brand";
import { isCommon } from "./common.ts";

/**
 * In code points, after `normalizePassword`. The maximum bounds the work of hashing. NIST asks for
 * 15 at least without a second factor (docs/decisions/passwords.md).
 */
export const PASSWORD_LENGTH = { min: 8, max: 128 };

/**
 * The form that is hashed, NFKC: two keyboards may send the same character as different code points
 * (NIST SP 800-63B-4, 3.1.1.2).
 */
export function normalizePassword(password: string): string {
  return password.normalize("NFKC");
}

/** The owner of the password. */
interface About {
  name?: string;
  email: string;
}

/** Why a new password is refused. */
export type Weakness = "short" | "long" | "sequence" | "personal" | "common";

/**
 * Checks the length of a new password, and refuses what attackers try first. It requires and
 * forbids no character (NIST SP 800-63B-4, 3.1.1.2).
 *
 * @param product a name that is refused as a password
 * @returns undefined if the password is good
 */
export function findWeakness(
  password: string,
  about: About,
  product = brand.name,
): Weakness | undefined {
  const { length } = [...normalizePassword(password)];
  if (length < PASSWORD_LENGTH.min) return "short";
  if (length > PASSWORD_LENGTH.max) return "long";

  const text = fold(password);
  if (isRepeated(text) || isSequence(text)) return "sequence";
  if (isOnly(wordsOf([product, about.name ?? "", ...partsOf(about.email)]), text)) {
    return "personal";
  }
  if (withoutEnds(text).some(isCommon)) {
    return "common";
  }
  return undefined;
}

/** The form in which texts are compared. */
function fold(text: string): string {
  return normalizePassword(text).toLowerCase();
}

/** `aaaaaaaa`, `abababab`, `12341234`: up to four characters, again and again. */
function isRepeated(text: string): boolean {
  return /^(.{1,4}?)\1+$/su.test(text);
}

/** `12345678`, `hgfedcba`, `67890123`: each character follows the one before it. */
function isSequence(text: string): boolean {
  const follows = (a: string, b: string) =>
    (a === "9" && b === "0") || (b.codePointAt(0) ?? 0) - (a.codePointAt(0) ?? 0) === 1;
  const steps = pairs([...text]);
  return steps.every(([a, b]) => follows(a, b)) || steps.every(([a, b]) => follows(b, a));
}

function pairs(characters: string[]): [string, string][] {
  return characters.slice(1).map((character, i) => [characters[i] ?? "", character]);
}

/** The whole address, its local part and its domain. */
function partsOf(email: string): string[] {
  const at = email.lastIndexOf("@");
  return [email, email.slice(0, at), email.slice(at + 1)];
}

/** `Sam Sample` → `sam sample`, `samsample`, `sample`, `sam`: the longest first. */
function wordsOf(texts: string[]): string[] {
  const words = texts.map(fold).flatMap((text) => {
    const parts = text.split(/[^\p{L}\p{M}]+/u);
    return [text, text.replace(/[^\p{L}\p{M}\p{N}]/gu, ""), ...parts];
  });
  // A single letter is no name.
  return [...new Set(words)].filter((word) => word.length > 1).sort((a, b) => b.length - a.length);
}

/** Whether the text consists only of these words, digits and punctuation. */
function isOnly(words: string[], text: string): boolean {
  const rest = words.reduce((left, word) => left.replaceAll(word, " "), text);
  return rest !== text && !/\p{L}/u.test(rest);
}

// In characters: a year and a sign. Attackers do not begin with longer endings.
const ENDS = 5;

/** `summer2024!` → itself, `summer2024`, `summer`. */
function withoutEnds(text: string): string[] {
  const shorter = [/^[^\p{L}\p{N}]+|[^\p{L}\p{N}]+$/gu, /^\P{L}+|\P{L}+$/gu].map((ends) =>
    text.replace(ends, ""),
  );
  return [text, ...shorter.filter((each) => text.length - each.length <= ENDS)];
}
