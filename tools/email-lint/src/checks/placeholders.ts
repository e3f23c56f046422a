import type { Check } from "../lint.ts";

const PLACEHOLDER =
  /\b(?:undefined|null|NaN)\b|\[object \w+\]|Invalid Date|\{\{[^{}]{0,60}\}?\}?|\}\}|\$\{[^{}]{0,60}\}?|[Ll]orem ipsum/g;

/** What stays where a value was meant to be. */
export const placeholders: Check = ({ subject, text }, { words }) => {
  const read = [subject, words.join(" "), text].join("\n");
  const details = [...new Set(Array.from(read.matchAll(PLACEHOLDER), ([found]) => found))];
  return details.length > 0
    ? { verdict: "fault", says: "Values seem to be missing.", details }
    : { verdict: "good", says: "No placeholder is left.", details: [] };
};
