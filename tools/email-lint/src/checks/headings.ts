import type { Check } from "../lint.ts";

/** A screen reader leads to the first heading. */
export const headings: Check = (_email, { titles }) =>
  titles === 1
    ? { verdict: "good", says: "It has one h1.", details: [] }
    : {
        verdict: "note",
        says: `It has ${titles} h1 elements. Use one, with what the email is about.`,
        details: [],
      };
