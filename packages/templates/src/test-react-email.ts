import type { ReactElement } from "react";
import { render } from "react-email";

// The differences between our HTML and React Email's own.
const DIFFERENCES: { why: string; from: RegExp; to: string }[] = [
  {
    why: "HTML5's doctype: a validator accepts no other, and clients replace it by their own",
    from: /^<!DOCTYPE [^>]*>/,
    to: "<!DOCTYPE html>",
  },
  {
    why: "no comments of React: they are for a browser that takes the page over",
    from: /<!--(?:html|head|body| |\/?[$&])-->/g,
    to: "",
  },
];

/** The HTML of React Email's own `render`, with the differences above. */
export async function reactEmailHtml(document: ReactElement): Promise<string> {
  const html = await render(document);
  return DIFFERENCES.reduce((text, { from, to }) => text.replace(from, to), html);
}
