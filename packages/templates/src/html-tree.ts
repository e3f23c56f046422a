/** An element of an HTML document. */
export interface Element {
  name: string;
  /** They and each text are as they are written, with their entities: see `decode`. */
  attributes: string;
  children: (Element | string)[];
}

const VOID = new Set("area base br col embed hr img input link meta source track wbr".split(" "));
const TAG_NAME = /[a-z\d]*/y;
const ENTITY = /&(?:#x([\da-f]+)|#(\d+)|(amp|lt|gt|quot|apos|nbsp));/gi;
const CHARACTERS: Record<string, string> = {
  amp: "&",
  lt: "<",
  gt: ">",
  quot: '"',
  apos: "'",
  nbsp: "\u00a0",
};

/**
 * Reads the body of an HTML document, or a part of one. React has written it: each element is
 * closed, no attribute contains a ">", and no characters but those above are written by name. HTML
 * in `dangerouslySetInnerHTML` must be like that too.
 */
export function parseHtml(html: string): Element {
  const root: Element = { name: "", attributes: "", children: [] };
  const open = [root];
  let parent = root;
  let from = Math.max(0, html.indexOf("<body"));
  for (;;) {
    const start = nextTag(html, from);
    const text = html.slice(from, start === -1 ? undefined : start);
    if (text !== "") parent.children.push(text);
    if (start === -1) return root;
    const isComment = html.startsWith("<!--", start);
    const end = html.indexOf(isComment ? "-->" : ">", start);
    if (end === -1) return root;
    from = end + (isComment ? 3 : 1);
    if (isComment) continue;
    const closes = html[start + 1] === "/";
    TAG_NAME.lastIndex = start + (closes ? 2 : 1);
    const [name = ""] = TAG_NAME.exec(html) ?? [];
    if (!closes) {
      const attributes = html.slice(TAG_NAME.lastIndex, end);
      const element: Element = { name, attributes, children: [] };
      parent.children.push(element);
      if (VOID.has(name)) continue;
      open.push(element);
    } else {
      const at = open.findLastIndex((element) => element.name === name);
      if (at > 0) open.length = at;
    }
    parent = open.at(-1) ?? root;
  }
}

/** Where the next tag or comment begins. HTML takes any other "<" for text. */
function nextTag(html: string, from: number): number {
  let start = html.indexOf("<", from);
  while (start !== -1 && !/[a-z/!]/i.test(html[start + 1] ?? "")) {
    start = html.indexOf("<", start + 1);
  }
  return start;
}

/** The value of an attribute; undefined without it. */
export function attribute({ attributes }: Element, name: string): string | undefined {
  const from = attributes.indexOf(` ${name}="`);
  if (from === -1) return undefined;
  const start = from + name.length + 3;
  return decode(attributes.slice(start, attributes.indexOf('"', start)));
}

/** A text without its entities. */
export function decode(text: string): string {
  if (!text.includes("&")) return text;
  return text.replaceAll(ENTITY, (_, hex?: string, decimal?: string, name = "") => {
    const code = hex ? Number.parseInt(hex, 16) : Number(decimal);
    return (
      CHARACTERS[name.toLowerCase()] ?? (code > 0x10ffff ? "\ufffd" : String.fromCodePoint(code))
    );
  });
}
