import { type Element, attribute, decode, parseHtml } from "./html-tree.ts";
import { alignCells } from "./text-table.ts";
import { Writer, prefixed } from "./text-writer.ts";

const ONE = "address article aside dd div dt fieldset figcaption figure footer form header";
const TWO = "blockquote caption dl h1 h2 h3 h4 h5 h6 hr ol p pre ul";
/** How many line breaks set an element apart from its neighbours. Without an entry, it is inline. */
const BREAKS = new Map([
  ...`${ONE} main nav section table td th tr`.split(" ").map((name) => [name, 1] as const),
  ...TWO.split(" ").map((name) => [name, 2] as const),
]);
const SKIPPED = new Set(["head", "img", "script", "style"]);
const RULE = "-".repeat(40);
/** React Email marks decoration with it. */
const DECORATION = 'data-skip-in-text="true"';

/**
 * Turns an email's HTML into plain text: a line for each item of a list, columns for a table, and
 * each link's address after its label. It does a fraction of the work of html-to-text, because it
 * reads only what React writes (docs/decisions/email-components.md).
 */
export function toText(html: string): string {
  return textOf(parseHtml(html));
}

function textOf(element: Element, writer = new Writer()): string {
  writeChildren(element, writer);
  return writer.text;
}

function writeChildren({ children }: Element, writer: Writer): void {
  for (const child of children) {
    if (typeof child === "string") writer.add(decode(child));
    else write(child, writer);
  }
}

function write(element: Element, writer: Writer): void {
  const { name, attributes } = element;
  if (SKIPPED.has(name) || attributes.includes(DECORATION)) return;
  if (name === "br") return writer.break();
  if (name === "a") return writeLink(element, writer);
  if (name === "ul" || name === "ol") return writeList(element, writer);
  if (name === "table" && !isLayout(element)) return writeTable(element, writer);
  const breaks = BREAKS.get(name) ?? 0;
  writer.apart(breaks);
  if (name === "blockquote") writer.addLines(prefixed(textOf(element), "> "));
  else if (name === "hr") writer.addLines(RULE);
  else if (name === "pre") writer.addLines(rawText(element).replaceAll(/^\n|\n$/g, ""));
  else writeChildren(element, writer);
  // What follows a part in a table of layout is another part.
  writer.apart(name === "table" ? 2 : breaks);
}

/** The address follows the label. That of a button is on its own line, where clients link it. */
function writeLink(element: Element, writer: Writer): void {
  const label = textOf(element);
  const href = (attribute(element, "href") ?? "").replace(/^mailto:/, "");
  const isButton = attribute(element, "class")?.split(" ").includes("button");
  writeChildren(element, writer);
  if (href === "" || href.startsWith("#") || href === label) return;
  if (isButton) writer.break();
  else writer.add(" ");
  writer.addLines(href);
}

/** A list in a list is indented, and not set apart by an empty line. */
function writeList(list: Element, writer: Writer): void {
  const breaks = writer.isItem ? 1 : 2;
  const start = Number(attribute(list, "start") ?? 1);
  const items = elements(list, "li").map((item) => {
    const own = new Writer({ isItem: true });
    return { text: textOf(item, own), breaks: Math.max(1, own.breaks) };
  });
  const markers = items.map((_, index) => (list.name === "ol" ? `${start + index}.` : "*"));
  const width = Math.max(...markers.map(({ length }) => length));
  const margin = writer.isItem ? "" : " ";
  writer.apart(breaks);
  items.forEach((item, index) => {
    writer.addLines(prefixed(item.text, `${margin}${markers[index]?.padEnd(width)} `, true));
    writer.apart(item.breaks);
  });
  writer.apart(breaks);
}

/** A table is data unless its role says that it is layout, as React Email's do. */
function isLayout(table: Element): boolean {
  return ["presentation", "none"].includes(attribute(table, "role") ?? "");
}

/** The caption, then the cells in columns. */
function writeTable(table: Element, writer: Writer): void {
  const parts = ["thead", "tbody", "tfoot"].flatMap((name) => elements(table, name));
  const rows = [table, ...parts].flatMap((part) => elements(part, "tr"));
  const span = (cell: Element, name: string) => Number(attribute(cell, name) ?? 1);
  writer.apart(2);
  for (const caption of elements(table, "caption")) write(caption, writer);
  const cells = rows.map((row) =>
    elements(row, "th", "td").map((cell) => ({
      text: textOf(cell),
      columns: span(cell, "colSpan"),
      rows: span(cell, "rowSpan"),
    })),
  );
  writer.addLines(alignCells(cells));
  writer.apart(2);
}

function elements({ children }: Element, ...names: string[]): Element[] {
  return children.filter(
    (child): child is Element => typeof child !== "string" && names.includes(child.name),
  );
}

/** Text with its own line breaks. */
function rawText({ children }: Element): string {
  return children
    .map((child) => (typeof child === "string" ? decode(child) : rawText(child)))
    .join("");
}
