import type { Check } from "../lint.ts";

const PLACEHOLDER =
  /\b(?:undefined|NaN)\b|\[object \w+\]|Invalid Date|\{\{[^{}]{0,60}\}?\}?|\}\}|\$\{[^{}]{0,60}\}?|[Ll]orem ipsum/g;

/**
 * In some languages "null" is a word: it is the German zero. So it is a missing value only where a
 * sentence would not have it: alone in a line, as the name in a greeting, at the end after a colon,
 * in an address, and after a sign.
 */
const NULL = /^null$|^(?:\S+ ){1,2}null,$|^\S+ null!$|: null$|[/=]null(?![\w-])|[#$€£¥]null\b/;
/** The end of a line, or of a column of plain text. */
const END = /\n|\s{2,}/;

/** What stays where a value was meant to be. */
export const placeholders: Check = ({ subject, text }, document) => {
  const read = [subject, document.words.join(" "), text].join("\n");
  const lines = [subject, document.text, text].join("\n").split(END);
  const found = [
    ...Array.from(read.matchAll(PLACEHOLDER), ([placeholder]) => placeholder),
    ...lines.flatMap((line) => NULL.exec(line.trim())?.[0] ?? []),
  ];
  return found.length > 0
    ? { verdict: "fault", says: "Values seem to be missing.", details: [...new Set(found)] }
    : { verdict: "good", says: "No placeholder is left.", details: [] };
};
