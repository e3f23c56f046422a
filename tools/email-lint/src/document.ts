import { Parser } from "htmlparser2";

/** What is read of an email's HTML. */
export interface Document {
  /** Where its links lead, as they are written. Undefined: `<a href>` without an address. */
  links: string[];
  pictures: { src: string; alt: string | undefined }[];
  /** How many `h1` it has. */
  titles: number;
  /** The words that a person sees, in order. */
  words: string[];
}

/** These end a word. A tag inside a line, like `<b>`, does not. */
const BLOCKS = new Set(
  "address article aside blockquote body br caption dd div dl dt figcaption figure footer form h1 h2 h3 h4 h5 h6 header hr li main nav ol p pre section table tbody td tfoot th thead tr ul".split(
    " ",
  ),
);
const UNSEEN = new Set(["head", "style", "script", "title", "template"]);
/** They have no end tag. */
const VOID = new Set("area base br col embed hr img input link meta source track wbr".split(" "));

export function readDocument(html: string): Document {
  const document: Document = { links: [], pictures: [], titles: 0, words: [] };
  let seen = "";
  /** Open elements inside one that nobody sees, that one included. */
  let unseen = 0;
  const parser = new Parser({
    onopentag(tag, attributes) {
      if (unseen > 0 || isUnseen(tag, attributes)) unseen += VOID.has(tag) ? 0 : 1;
      if (BLOCKS.has(tag)) seen += " ";
      if (tag === "a" && "href" in attributes) document.links.push(attributes["href"].trim());
      if (tag === "h1") document.titles += 1;
      if (tag === "img") {
        document.pictures.push({ src: attributes["src"] ?? "", alt: attributes["alt"] });
      }
    },
    ontext(text) {
      if (unseen === 0) seen += text;
    },
    onclosetag(tag) {
      if (unseen > 0 && !VOID.has(tag)) unseen -= 1;
      if (BLOCKS.has(tag)) seen += " ";
    },
  });
  parser.end(html);
  return { ...document, words: split(seen) };
}

/** React Email marks decoration that its plain text leaves out, such as a preheader. */
function isUnseen(tag: string, attributes: Record<string, string>): boolean {
  return (
    UNSEEN.has(tag) ||
    attributes["data-skip-in-text"] === "true" ||
    /display\s*:\s*none/i.test(attributes["style"] ?? "")
  );
}

/** Words, without the spaces of no width that fill a preheader up. */
export function split(text: string): string[] {
  return text.split(/[\s\u200b-\u200d\u2060\ufeff\u00ad]+/).filter(Boolean);
}
