import { type FormatCallback, compile } from "html-to-text";

const ownLine = { leadingLineBreaks: 1, trailingLineBreaks: 1 };
const ownParagraph = { leadingLineBreaks: 2, trailingLineBreaks: 2 };

/** The library's own formatter aligns the columns, but leaves the caption out. */
const captionedTable: FormatCallback = (table, walk, builder, options) => {
  const caption = table.children.filter(({ name }) => name === "caption");
  walk(caption, builder);
  builder.options.formatters.dataTable?.(table, walk, builder, options);
};

/**
 * The text is derived from the HTML: a second render would double the time. Compiled once,
 * since reading the selectors takes three times as long as an email.
 */
export const toText = compile({
  wordwrap: false,
  formatters: { captionedTable },
  selectors: [
    { selector: "img", format: "skip" },
    // React Email's mark for what is only there to be looked at.
    { selector: "[data-skip-in-text=true]", format: "skip" },
    { selector: "h1", format: "heading", options: { uppercase: false } },
    { selector: "a", options: { linkBrackets: false, hideLinkHrefIfSameAsText: true } },
    // The address follows below the button.
    { selector: "a.button", format: "anchor", options: { ignoreHref: true } },
    { selector: "dt", format: "block", options: ownLine },
    { selector: "dd", format: "block", options: ownLine },
    { selector: "table", format: "captionedTable", options: { uppercaseHeaderCells: false } },
    { selector: "caption", format: "block", options: ownParagraph },
    // These two say that a table is layout, as React Email's are. A cell of one is a line: the
    // formatter of data tables walks its own cells, and never comes here.
    { selector: "table[role=presentation]", format: "block", options: ownParagraph },
    { selector: "table[role=none]", format: "block", options: ownParagraph },
    { selector: "td", format: "block", options: ownLine },
  ],
});
