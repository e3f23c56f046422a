import { caniemail } from "caniemail";

/** Where every email has to be readable; the names are caniemail.com's. */
const clients = [
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

const layout =
  "Without it, an email has its light colours, and its columns stay beside each other.";
const preheader = "The library hides the preheader in several ways, and each client knows one.";
const shape = "Without it, an email only looks plainer.";

/** What one of the clients does not support, and why an email may have it. */
export const accepted: Record<string, string> = {
  "<style> element": layout,
  "@media": layout,
  "Class selector": layout,
  "color-scheme CSS property": layout,
  "color-scheme meta tag": layout,
  "display:none": preheader,
  opacity: preheader,
  overflow: preheader,
  "max-height property": preheader,
  "border-radius": shape,
  outline: shape,
  "text-decoration-line": "Beside it stands text-decoration, which all support.",
  "system-ui, ui-serif, ui-sans-serif, ui-rounded, ui-monospace": "Other fonts follow it.",
  "<bdi> element": "Only a name written from right to left may then be out of place.",
  "<body> element": "The table in it has the colour, too.",
  "height property": "A picture is then as high as its attribute says.",
  "target attribute": "The client decides where a link opens.",
  "word-break": "A long address then makes a phone scroll sideways.",
};

/**
 * The features in an email that some client does not support at all, by their titles on
 * caniemail.com, with those clients.
 */
export function unsupported(html: string): Record<string, string[]> {
  const found: Record<string, string[]> = {};
  const { errors } = caniemail({ clients: [...clients], html }).issues;
  for (const [client, features] of errors) {
    for (const { title } of features) (found[title] ??= []).push(client);
  }
  return found;
}
