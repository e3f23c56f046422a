import { whereTo } from "../address.ts";
import type { Check } from "../lint.ts";

export const links: Check = (_email, document) => {
  const found = [...new Set(document.links.map(({ url }) => url))];
  const broken = found.filter((link) => whereTo(link) === "nowhere");
  if (broken.length > 0) {
    const details = broken.map((link) => link || "(empty)");
    return { verdict: "fault", says: "These links are not absolute, or not by https.", details };
  }
  const here = found.filter((link) => whereTo(link) === "this machine");
  if (here.length > 0) {
    return { verdict: "note", says: "These links work on this machine only.", details: here };
  }
  const says = found.length === 0 ? "It has no link." : "All links are absolute, and by https.";
  return { verdict: "good", says, details: [] };
};
