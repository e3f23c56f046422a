import { split } from "../document.ts";
import type { Check } from "../lint.ts";

/** What only the text has: the marks of lists, ruled lines and quotations. */
const MARK = /^(?:[*•]|\w+\.|[-=_*]+|>+)$/;
const SHOWN = 20;

/** A text with the words of the HTML, each link, and cells that are apart. */
export const plainText: Check = ({ html, text: plain }, document) => {
  if (plain.trim() === "") {
    const says =
      "There is no plain text. Some people read only the plain text, and spam filters expect one.";
    return { verdict: "fault", says, details: [] };
  }
  if (html === "") return { verdict: "good", says: "It is plain text.", details: [] };

  const links = document.links.map(({ url }) => url);
  const web = links.filter((link) => /^https?:/i.test(link));
  const lost = [...new Set(web.filter((link) => !plain.includes(link)))];
  if (lost.length > 0) {
    return { verdict: "fault", says: "The plain text lacks these links.", details: lost };
  }
  const details = differences(plain, links, document.words);
  return details.length > 0
    ? { verdict: "note", says: "The plain text and the HTML differ in these words.", details }
    : { verdict: "good", says: "The plain text has all words and all links.", details: [] };
};

function differences(plain: string, links: string[], words: string[]): string[] {
  const addresses = [...new Set(links.map((link) => link.replace(/^mailto:/i, "")))];
  // In the text an address follows its label, and separates it from the next word. The longest goes
  // first, because a shorter one may be its beginning.
  const read = split(
    addresses
      .filter(Boolean)
      .toSorted((a, b) => b.length - a.length)
      .reduce((rest, address) => rest.split(address).map(trimEnd).join(""), plain),
  );
  // A word that runs into the next one does not match.
  const onlyIn = (some: string[], others: string[]) => {
    const known = new Set([...others, ...addresses]);
    return [...new Set(some)].filter((word) => !known.has(word));
  };
  return [
    ...say("HTML", onlyIn(words, read)),
    ...say(
      "plain text",
      onlyIn(read, words).filter((word) => !MARK.test(word)),
    ),
  ];
}

const trimEnd = (text: string) => text.trimEnd();

function say(where: string, found: string[]): string[] {
  if (found.length === 0) return [];
  return [
    `Only in the ${where}: ${found.slice(0, SHOWN).join(", ")}${found.length > SHOWN ? ", …" : ""}`,
  ];
}
