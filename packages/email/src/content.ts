import { type Attachment, type SealedAttachment, checkAttachments } from "./attachments.ts";
import { EmailError } from "./error.ts";
import { type Mailbox, parseMailbox } from "./mailbox.ts";

/** What a caller may add to a template's email. */
export interface Additions {
  /** Where replies go: `name@example.com` or `Name <name@example.com>`. */
  replyTo?: string;
  /** Up to 10, in printable ASCII. */
  headers?: Record<string, string>;
  /**
   * Up to 48. SES copies them into its events. Names and values consist of `[A-Za-z0-9_-]`; the
   * names `message-id` and `template` are reserved.
   */
  tags?: Record<string, string>;
  /** Up to 50, together at most 10 MB. */
  attachments?: Attachment[];
}

/** The contents of a message. They are sealed in its row, and erased when nobody needs them. */
export interface Payload {
  props: unknown;
  /** A tag (BCP 47). Without one, the renderer uses the product's language. */
  locale?: string;
  replyTo?: Mailbox;
  headers?: Record<string, string>;
  tags?: Record<string, string>;
  attachments?: SealedAttachment[];
}

/** The additions in the form that a transport takes. */
export interface SentAdditions extends Pick<Payload, "replyTo" | "headers" | "tags"> {
  attachments?: (Omit<Attachment, "content"> & { content: Uint8Array })[];
}

// SES accepts 15 headers. Five are left for ours.
const MAX_HEADERS = 10;
// https://docs.aws.amazon.com/ses/latest/APIReference-V2/API_MessageHeader.html
const HEADER_NAME = /^[!-9;-~]{1,126}$/;
const HEADER_VALUE = /^[ -~]{1,995}$/;
const MAX_HEADER = 996;
// SES sets these itself (https://docs.aws.amazon.com/ses/latest/dg/header-fields.html), or we do.
const RESERVED_HEADER =
  /^(?:bcc|cc|content-.*|date|dkim-signature|from|list-unsubscribe(?:-post)?|message-id|mime-version|received|reply-to|resent-.*|return-path|sender|subject|to|x-message-id|x-original-to|x-ses-.*)$/i;

// SES accepts 50 tags. Two are ours.
const MAX_TAGS = 48;
// https://docs.aws.amazon.com/ses/latest/APIReference-V2/API_MessageTag.html
const TAG = /^[\w-]{1,256}$/;
const RESERVED_TAGS = ["message-id", "template"];

/**
 * Refuses what SES would refuse later, when nobody waits for the answer any more.
 *
 * @throws EmailError `INVALID_ADDRESS`, `INVALID_NAME`, `INVALID_HEADER`, `INVALID_TAG`,
 *   `INVALID_ATTACHMENT`, `ATTACHMENTS_TOO_LARGE`. Their messages contain no value
 */
export function checkAdditions(given: Additions): Omit<Payload, "props" | "locale"> {
  const { replyTo, headers, tags, attachments } = given;
  return {
    ...(replyTo !== undefined && { replyTo: parseMailbox(replyTo) }),
    ...(headers && { headers: checkHeaders(headers) }),
    ...(tags && { tags: checkTags(tags) }),
    ...(attachments && { attachments: checkAttachments(attachments) }),
  };
}

/** The inverse of `checkAdditions`: turns a payload into what a transport sends. */
export function openAdditions({ replyTo, headers, tags, attachments }: Payload): SentAdditions {
  return {
    ...(replyTo && { replyTo }),
    ...(headers && { headers }),
    ...(tags && { tags }),
    ...(attachments && {
      attachments: attachments.map((file) => ({
        ...file,
        content: Buffer.from(file.content, "base64"),
      })),
    }),
  };
}

function checkHeaders(headers: Record<string, string>): Record<string, string> {
  const entries = Object.entries(headers);
  const refuse = (message: string) => new EmailError("INVALID_HEADER", message);
  if (entries.length > MAX_HEADERS) {
    throw refuse(
      `An email may have ${MAX_HEADERS} headers of yours; this one has ${entries.length}.`,
    );
  }
  const seen = new Set<string>();
  for (const [name, value] of entries) {
    if (!HEADER_NAME.test(name)) {
      throw refuse("A header's name is 1 to 126 printable ASCII characters without a colon.");
    }
    if (RESERVED_HEADER.test(name)) {
      throw refuse(`The header ${name} is reserved. Leave it out.`);
    }
    if (seen.has(name.toLowerCase())) throw refuse(`The header ${name} is given twice.`);
    seen.add(name.toLowerCase());
    if (!HEADER_VALUE.test(value) || name.length + value.length > MAX_HEADER) {
      throw refuse(
        `The value of the header ${name} must be 1 to 995 printable ASCII characters, ${MAX_HEADER} together with its name; encode others as RFC 2047 says.`,
      );
    }
  }
  return headers;
}

function checkTags(tags: Record<string, string>): Record<string, string> {
  const entries = Object.entries(tags);
  const refuse = (message: string) => new EmailError("INVALID_TAG", message);
  if (entries.length > MAX_TAGS) {
    throw refuse(`An email may have ${MAX_TAGS} tags of yours; this one has ${entries.length}.`);
  }
  for (const [name, value] of entries) {
    if (!TAG.test(name))
      throw refuse("A tag's name is 1 to 256 characters of A-Z, a-z, 0-9, _ and -.");
    if (RESERVED_TAGS.includes(name)) {
      throw refuse(
        `The tag ${name} is reserved: events find their message by it. Choose another name.`,
      );
    }
    if (!TAG.test(value)) {
      throw refuse(`The value of the tag ${name} must be 1 to 256 of A-Z, a-z, 0-9, _ and -.`);
    }
  }
  return tags;
}
