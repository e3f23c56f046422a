import { whereTo } from "../address.ts";
import type { Check } from "../lint.ts";

export const pictures: Check = (_email, { pictures: found }) => {
  const silent = found.filter(({ alt }) => alt === undefined);
  const broken = found.filter(({ src }) => whereTo(src) === "nowhere");
  // By caniemail's data, Gmail and Outlook on Windows do not show them.
  const inHtml = found.filter(({ src }) => /^data:/i.test(src));
  if (silent.length > 0 || broken.length > 0 || inHtml.length > 0) {
    return {
      verdict: "fault",
      says: "These pictures do not load, or say nothing where pictures are off.",
      details: [
        ...broken.map(({ src }) => `${src || "(empty)"}: not absolute, or not by https`),
        ...inHtml.map(
          ({ alt }) => `data: (${alt || "without alt"}): attach it, or load it by https`,
        ),
        ...silent.map(({ src }) => `${src}: without alt; use alt="" for decoration`),
      ],
    };
  }
  const here = found.filter(({ src }) => whereTo(src) === "this machine").map(({ src }) => src);
  if (here.length > 0) {
    return { verdict: "note", says: "These pictures load on this machine only.", details: here };
  }
  const says =
    found.length === 0 ? "It has no picture." : "All pictures load by https, and have an alt text.";
  return { verdict: "good", says, details: [] };
};
