import { type Handler, Parser } from "htmlparser2";

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
/**
 * Open elements. htmlparser2 moves all of them at each tag, so without a limit the time would grow
 * with the square of the length. Chrome has the same limit.
 */
const DEEPEST = 512;
/** If one of these has no end tag, htmlparser2 counts it as open even after the end of its parent. */
const FOREIGN = new Set(
  "svg math mi mo mn ms mtext annotation-xml foreignobject desc title".split(" "),
);

/**
 * Reads an email's HTML in linear time. Where elements are nested deeper than DEEPEST, all that are
 * open count as ended.
 */
export function readDocument(html: string): Document {
  const document: Document = { links: [], pictures: [], titles: 0, text: "", words: [] };
  /** The link that is open. */
  let link: Link | undefined;
  /** How many open elements nobody sees: a hidden one, and those inside it. */
  let unseen = 0;
  let depth = 0;
  let isTooDeep = false;
  let parser: Parser;
  const handler: Partial<Handler> = {
    onopentag(tag, attributes, isImplied) {
      depth += 1;
      isTooDeep = depth > DEEPEST && !isImplied;
      if (isTooDeep) parser.pause();
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
    onclosetag(tag, isImplied) {
      if (!isImplied || !FOREIGN.has(tag)) depth -= 1;
      if (unseen > 0 && !VOID.has(tag)) unseen -= 1;
      if (BLOCKS.has(tag)) see("\n");
      if (tag === "a") link = undefined;
    },
  };
  function see(text: string) {
    document.text += text;
    if (link && link.label.length < LONGEST_LABEL) link.label += text;
  }
  let rest = html;
  do {
    [depth, isTooDeep, unseen, link] = [0, false, 0, undefined];
    parser = new Parser(handler);
    parser.end(rest);
    rest = rest.slice(parser.endIndex + 1);
  } while (isTooDeep);
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
