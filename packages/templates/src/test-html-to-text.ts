import { type FormatCallback, compile } from "html-to-text";

// The library's text, with the settings that read best, to compare ours with.

const ownLine = { leadingLineBreaks: 1, trailingLineBreaks: 1 };
const ownParagraph = { leadingLineBreaks: 2, trailingLineBreaks: 2 };

/**
 * A table is data unless its role says that it is layout, as React Email's do. The library's
 * formatter for data aligns the columns, but leaves the caption out.
 */
const table: FormatCallback = (element, walk, builder, options) => {
  const { block, dataTable } = builder.options.formatters;
  const { attribs: { role } = {}, children } = element;
  if (role === "presentation" || role === "none") {
    block?.(element, walk, builder, options);
  } else {
    const caption = children.filter(({ name }) => name === "caption");
    walk(caption, builder);
    dataTable?.(element, walk, builder, options);
  }
};

/** The label, and the address on a line of its own, where every client makes it a link. */
const button: FormatCallback = ({ attribs: { href } = {}, children }, walk, builder) => {
  walk(children, builder);
  builder.addLineBreak();
  builder.addInline(href ?? "", { noWordTransform: true });
};

const convert = compile({
  wordwrap: false,
  formatters: { button, table },
  selectors: [
    { selector: "img", format: "skip" },
    // React Email marks decoration with this attribute.
    { selector: "[data-skip-in-text=true]", format: "skip" },
    ...["h1", "h2", "h3", "h4", "h5", "h6"].map((selector) => ({
      selector,
      format: "heading",
      options: { ...ownParagraph, uppercase: false },
    })),
    { selector: "a", options: { linkBrackets: false, hideLinkHrefIfSameAsText: true } },
    { selector: "a.button", format: "button" },
    { selector: "dt", format: "block", options: ownLine },
    { selector: "dd", format: "block", options: ownLine },
    { selector: "table", format: "table", options: { uppercaseHeaderCells: false } },
    { selector: "caption", format: "block", options: ownParagraph },
    // Cells of layout tables. The formatter for data handles its own cells.
    { selector: "td", format: "block", options: ownLine },
  ],
});

// The differences between our text and the library's.
const DIFFERENCES: { why: string; from: RegExp; to: string }[] = [
  { why: "no spaces at the end of a line: nobody sees them", from: / +(?=\n|$)/g, to: "" },
  { why: "never two empty lines, whatever the props leave empty", from: /\n{3,}/g, to: "\n\n" },
];

/** The text of html-to-text, with the differences above. */
export function htmlToText(html: string): string {
  return DIFFERENCES.reduce((text, { from, to }) => text.replaceAll(from, to), convert(html));
}
