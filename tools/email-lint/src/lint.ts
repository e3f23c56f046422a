import { clients } from "./checks/clients.ts";
import { headings } from "./checks/headings.ts";
import { links } from "./checks/links.ts";
import { pictures } from "./checks/pictures.ts";
import { placeholders } from "./checks/placeholders.ts";
import { plainText } from "./checks/plain-text.ts";
import { size } from "./checks/size.ts";
import { unsubscribe } from "./checks/unsubscribe.ts";
import { type Document, readDocument } from "./document.ts";

export interface Email {
  subject: string;
  /** "" without such a part. */
  html: string;
  text: string;
  /** By their names in lower case. */
  headers: Record<string, string>;
}

/** What a check says of an email. `note`: worth a look, and often right. */
export interface Finding {
  verdict: "good" | "note" | "fault";
  /** One sentence. */
  says: string;
  details: string[];
}

export type Check = (email: Email, document: Document) => Finding;

const CHECKS = {
  Clients: clients,
  Links: links,
  Pictures: pictures,
  Headings: headings,
  Size: size,
  Unsubscribe: unsubscribe,
  "Plain text": plainText,
  Placeholders: placeholders,
} satisfies Record<string, Check>;

export type CheckName = keyof typeof CHECKS;

/** Those of an email's HTML. An email of plain text has none. */
const OF_HTML: CheckName[] = ["Clients", "Pictures", "Headings", "Size"];

/** In characters. Gmail would show half of it, and a hostile email would take seconds. */
const TOO_LONG = 200_000;

/** What each check says of an email. Of a very long one only its size is checked. */
export function lint(email: Email): ({ check: CheckName } & Finding)[] {
  const { html } = email;
  const tooLong = html.length > TOO_LONG;
  const document = readDocument(tooLong ? "" : html);
  return Object.entries(CHECKS)
    .map(([name, check]) => ({ name: name as CheckName, check }))
    .filter(({ name }) => (tooLong ? name === "Size" : html !== "" || !OF_HTML.includes(name)))
    .map(({ name, check }) => ({ check: name, ...check(email, document) }));
}
