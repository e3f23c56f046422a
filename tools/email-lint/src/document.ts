import { Parser } from "htmlparser2";

/** A link: where it leads, as it is written, and its text or "". */
export interface Link {
  url: string;
  label: string;
}

/** What is read of an email's HTML. */
export interface Document {
  links: Link[];
  pictures: { src: string; alt: string | undefined }[];
  /** How many `h1` it has. */
  titles: number;
  /** What a person sees, with a line for each block. */
  text: string;
  /** Its words, in order. */
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
/** In characters. In broken HTML, a link may go on until the end. */
const LONGEST_LABEL = 2000;

export function readDocument(html: string): Document {
  const document: Document = { links: [], pictures: [], titles: 0, text: "", words: [] };
  /** The link that is open. */
  let link: Link | undefined;
  /** Open elements inside one that nobody sees, that one included. */
  let unseen = 0;
  const parser = new Parser({
    onopentag(tag, attributes) {
      if (unseen > 0 || isUnseen(tag, attributes)) unseen += VOID.has(tag) ? 0 : 1;
      if (BLOCKS.has(tag)) see("\n");
      if (tag === "a" && "href" in attributes) {
        link = { url: attributes["href"].trim(), label: "" };
        document.links.push(link);
      }
      if (tag === "h1") document.titles += 1;
      if (tag === "img") {
        document.pictures.push({ src: attributes["src"] ?? "", alt: attributes["alt"] });
      }
    },
    ontext(text) {
      if (unseen === 0) see(text);
    },
    onclosetag(tag) {
      if (unseen > 0 && !VOID.has(tag)) unseen -= 1;
      if (BLOCKS.has(tag)) see("\n");
      if (tag === "a") link = undefined;
    },
  });
  function see(text: string) {
    document.text += text;
    if (link && link.label.length < LONGEST_LABEL) link.label += text;
  }
  parser.end(html);
  for (const each of document.links) each.label = each.label.replace(/\s+/g, " ").trim();
  return { ...document, words: split(document.text) };
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
