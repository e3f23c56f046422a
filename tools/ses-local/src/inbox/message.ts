import type { Link } from "@repo/email-lint/document";
import { type AddressObject, simpleParser } from "mailparser";
import { parseMime } from "../ses/mime.ts";
import type { InboxMessage } from "./inbox-message.ts";
import { extractCodes, extractLinks } from "./extract.ts";

/** What the inbox knows about a message without parsing its source. */
export interface Envelope extends Pick<
  InboxMessage,
  "messageId" | "tags" | "configurationSet" | "via"
> {
  /** Addresses without names. */
  recipients: string[];
}

type Parsed = "from" | "to" | "cc" | "bcc" | "subject" | "html" | "text" | "htmlSize" | "codes";

/** The parsed source of a message. */
export interface Content extends Pick<InboxMessage, Parsed | "attachments"> {
  /** The fields in order, unfolded and otherwise unchanged. */
  headerFields: { name: string; value: string }[];
  links: Link[];
}

/** A link from the HTML to an attachment, by its whole Content-ID. */
export const CID_LINK = /\bcid:([^\s"'<>()]+)/gi;

/** @param recipients those of the envelope. The header may not name all of them */
export async function readContent(raw: Buffer, recipients: string[]): Promise<Content> {
  const mail = await parse(raw);
  const html = mail.html || "";
  const text = mail.text ?? "";
  const subject = mail.subject ?? "";
  const shown = new Set(Array.from(html.matchAll(CID_LINK), ([, id]) => id));
  return {
    from:
      mail.from?.value
        .map(({ name, address }) => (name ? `${name} <${address}>` : address))
        .join(", ") ?? "",
    ...sortRecipients(recipients, addresses(mail.to), addresses(mail.cc)),
    subject,
    html,
    text,
    headerFields: parseMime(raw).fields.map(({ name, value }) => ({ name, value })),
    links: extractLinks(html, text),
    codes: extractCodes(subject, html, text),
    attachments: mail.attachments.map((attachment) => ({
      filename: attachment.filename ?? "unnamed",
      contentType: attachment.contentType,
      size: attachment.size,
      inline: attachment.cid !== undefined && shown.has(attachment.cid),
    })),
    htmlSize: Buffer.byteLength(html),
  };
}

/** Parses a message. It keeps `cid:` links, so that the HTML stays unchanged. */
export function parse(raw: Buffer) {
  return simpleParser(raw, { skipHtmlToText: true, skipTextToHtml: true, keepCidLinks: true });
}

function addresses(header: AddressObject | AddressObject[] | undefined): string[] {
  return [header ?? []]
    .flat()
    .flatMap(({ value }) => value)
    .flatMap(({ address, group }) => (group ? group.map((member) => member.address) : [address]))
    .filter((address) => address !== undefined);
}

// The envelope has the actual recipients, and the header the named ones. A redirection makes them
// different.
function sortRecipients(recipients: string[], to: string[], cc: string[]) {
  const among = (header: string[]) => (recipient: string) =>
    header.some((address) => address.toLowerCase() === recipient.toLowerCase());
  const named = [...to, ...cc];
  const others = recipients.filter((recipient) => !among(named)(recipient));
  const bcc = others.length < recipients.length ? others : [];
  return {
    to: bcc === others ? recipients.filter(among(to)) : recipients,
    cc: recipients.filter((recipient) => among(cc)(recipient) && !among(to)(recipient)),
    bcc,
  };
}
