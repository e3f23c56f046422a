import { looksEncoded } from "./encoded-words.ts";
import { EmailError } from "./error.ts";
import { type Mailbox, parseMailbox } from "./mailbox.ts";

/** A file that goes with an email. */
export interface Attachment {
  /**
   * With its extension. SES accepts no programs
   * (https://docs.aws.amazon.com/ses/latest/dg/mime-types.html).
   */
  filename: string;
  /** For example `application/pdf`. */
  contentType: string;
  /** A string is sent as UTF-8. */
  content: Uint8Array | string;
  /** With it the file is shown inside the HTML, which refers to it as `cid:<contentId>`. */
  contentId?: string;
}

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

interface SealedAttachment extends Omit<Attachment, "content"> {
  /** Base64. */
  content: string;
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

// SES states no maximum number of files. It accepts messages of 40 MB, encoded. Our limit is lower
// because a worker has several messages in memory, and each file twice.
const MAX_ATTACHMENTS = 50;
const MAX_ATTACHED_BYTES = 10 * 1024 * 1024;
// https://docs.aws.amazon.com/ses/latest/APIReference-V2/API_Attachment.html
const FILENAME = /^[^\p{Cc}\p{Cs}\p{Zl}\p{Zp}/\\]{1,255}$/u;
// Parameters are allowed (RFC 2045 section 5.1): a calendar's type has two (RFC 6047 section 2.4).
const CONTENT_TYPE =
  /^(?!multipart\/)[\w!#$&^.+-]+\/[\w!#$&^.+-]+(?: ?; ?[\w-]+=(?:[\w.+-]+|"[ !#-[\]-~]*"))*$/i;
const CONTENT_ID = /^[\w.@+-]{1,78}$/;
// https://docs.aws.amazon.com/ses/latest/dg/mime-types.html
const UNSUPPORTED = new Set(
  `ade adp app asp bas bat cer chm cmd com cpl crt csh der exe fxp gadget hlp hta inf ins isp its
  js jse ksh lib lnk mad maf mag mam maq mar mas mat mau mav maw mda mdb mde mdt mdw mdz msc msh
  msh1 msh2 mshxml msh1xml msh2xml msi msp mst ops pcd pif plg prf prg reg scf scr sct shb shs sys
  ps1 ps1xml ps2 ps2xml psc1 psc2 tmp url vb vbe vbs vps vsmacros vss vst vsw vxd ws wsc wsf wsh
  xnk`.split(/\s+/),
);

/**
 * Checks now what SES would refuse later, when the caller can no longer be told.
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
    if (!TAG.test(name)) throw refuse("A tag's name is 1 to 256 of A-Z, a-z, 0-9, _ and -.");
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

function checkAttachments(attachments: Attachment[]): SealedAttachment[] {
  const refuse = (message: string) => new EmailError("INVALID_ATTACHMENT", message);
  if (attachments.length > MAX_ATTACHMENTS) {
    throw refuse(`An email may have ${MAX_ATTACHMENTS} files; this one has ${attachments.length}.`);
  }
  const bytes = attachments.reduce((sum, { content }) => sum + Buffer.byteLength(content), 0);
  if (bytes > MAX_ATTACHED_BYTES) {
    throw new EmailError(
      "ATTACHMENTS_TOO_LARGE",
      `The files of an email may have ${MAX_ATTACHED_BYTES} bytes together; these have ${bytes}. Send links instead.`,
    );
  }
  return attachments.map(({ filename, contentType, content, contentId }, index) => {
    const it = `attachments[${index}]`;
    // Windows drops full stops and spaces at the end of a name: it runs "a.exe. " as a program.
    const extension = /\.([^.]+)$/.exec(filename.replace(/[. ]+$/, ""))?.[1]?.toLowerCase();
    // Some mailers decode an encoded word in it (RFC 2047), and would show another extension.
    if (!FILENAME.test(filename) || extension === undefined || looksEncoded(filename)) {
      throw refuse(
        `The filename of ${it} must be 1 to 255 characters with an extension, without slashes, line breaks or =?.`,
      );
    }
    if (UNSUPPORTED.has(extension)) {
      throw refuse(
        `SES accepts no .${extension} file (${it}). Put it into an archive, or send a link.`,
      );
    }
    if (contentType.length > 78 || !CONTENT_TYPE.test(contentType)) {
      throw refuse(
        `The contentType of ${it} must look like application/pdf and have at most 78 characters.`,
      );
    }
    if (contentId !== undefined && !CONTENT_ID.test(contentId)) {
      throw refuse(`The contentId of ${it} must be 1 to 78 of A-Z, a-z, 0-9 and _ . @ + -.`);
    }
    const data = typeof content === "string" ? Buffer.from(content) : toBuffer(content);
    if (isMessage(contentType) && !isSevenBit(data)) {
      throw refuse(
        `The content of ${it} must be ASCII in lines of at most 998 characters, because a message must not be encoded (RFC 2046). Put it into an archive.`,
      );
    }
    return {
      filename,
      contentType,
      content: data.toString("base64"),
      ...(contentId !== undefined && { contentId }),
    };
  });
}

/** Whether a file is itself an email, which must not be encoded (RFC 2046 section 5.2.1). */
export const isMessage = (contentType: string) => /^message\/(?!global)/i.test(contentType);

/** Whether the bytes are 7bit data (RFC 2045 section 2.7). */
function isSevenBit(data: Buffer): boolean {
  return data.every((byte) => byte > 0 && byte < 128) && !/[^\n]{1000}/.test(data.toString());
}

/** A Buffer over the same bytes, without a copy. */
function toBuffer({ buffer, byteOffset, byteLength }: Uint8Array): Buffer {
  return Buffer.from(buffer as ArrayBuffer, byteOffset, byteLength);
}
