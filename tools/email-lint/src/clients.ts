import { caniemail } from "caniemail";

/** Where every email has to be readable; the names are caniemail.com's. */
const CLIENTS = [
  "apple-mail.*",
  "gmail.*",
  "outlook.windows",
  "outlook.macos",
  "outlook.outlook-com",
  "outlook.ios",
  "outlook.android",
  "samsung-email.*",
  "yahoo.*",
] as const;

/** Their makers, as React Email's preview takes them. */
export const makers = [...new Set(CLIENTS.map((client) => client.split(".")[0] ?? ""))];

const plain = "Without it, an email has its light colours, and its columns stay beside each other.";
const preheader =
  "A client without it shows what nothing else hides. A preheader is hidden in several ways.";
const shape = "Without it, an email only looks plainer.";

/** What one of the clients does not support, and why an email may have it. */
export const harmless: Record<string, string> = {
  "<style> element": plain,
  "@media": plain,
  "Class selector": plain,
  "color-scheme CSS property": plain,
  "color-scheme meta tag": plain,
  "display:none": preheader,
  opacity: preheader,
  overflow: preheader,
  "max-height property": preheader,
  "border-radius": shape,
  outline: shape,
  "text-decoration-line": "A link is underlined, or not, as text-decoration says.",
  "system-ui, ui-serif, ui-sans-serif, ui-rounded, ui-monospace":
    "The next font of the list is shown.",
  "<bdi> element": "Only a name written from right to left may then be out of place.",
  "<body> element": "A colour of the body is lost; a table inside of it keeps its own.",
  "height property": "A picture is then as high as its attribute says.",
  "target attribute": "The client decides where a link opens.",
  "word-break": "A long word or address then makes a phone scroll sideways.",
};

/**
 * The features in an email that some client does not support at all, by their titles on
 * caniemail.com, with those clients.
 */
export function unsupported(html: string): Record<string, string[]> {
  const found: Record<string, string[]> = {};
  const { errors } = caniemail({ clients: [...CLIENTS], html }).issues;
  for (const [client, features] of errors) {
    for (const { title } of features) (found[title] ??= []).push(client);
  }
  return found;
}
