import MailComposer from "nodemailer/lib/mail-composer";
import { encodeWords } from "nodemailer/lib/mime-funcs";
import type { Accept, Submission } from "./accept.ts";
import { parseMailbox } from "./address.ts";
import { buildMime } from "./build-mime.ts";
import { badRequest, SesError } from "./error.ts";
import { type Json, constraint, object, objects, required, text, texts } from "./json.ts";
import { checkTags } from "./tags.ts";

/**
 * SendEmail with Simple or Raw content. There are no stored templates.
 *
 * https://docs.aws.amazon.com/ses/latest/APIReference-V2/API_SendEmail.html
 * @throws SesError
 */
export function sendEmail(request: Json, region: string, accept: Accept): Json {
  const content = object(request, "Content");
  const parts = ["Simple", "Raw", "Template"].filter((part) => content?.[part] != null);
  if (!content || parts.length !== 1) {
    throw badRequest("Content must have exactly one of Simple, Raw and Template.");
  }

  const destination = object(request, "Destination") ?? {};
  const to = addresses(destination, "ToAddresses");
  const cc = addresses(destination, "CcAddresses");
  const bcc = addresses(destination, "BccAddresses");
  const from = text(request, "FromEmailAddress");
  const envelope: Omit<Submission, "raw"> = {
    sender: from,
    returnPath: text(request, "FeedbackForwardingEmailAddress"),
    recipients: [...to, ...cc, ...bcc],
    tags: request["EmailTags"] == null ? undefined : readTags(request),
    configurationSet: text(request, "ConfigurationSetName"),
    region,
    via: "api",
  };

  const template = object(content, "Template");
  if (template) {
    const name = text(template, "TemplateName") ?? text(template, "TemplateArn") ?? "";
    throw new SesError("NotFoundException", `Template ${name} does not exist.`, 404);
  }

  const raw = object(content, "Raw");
  if (raw) {
    const data = Buffer.from(required(raw, "Data", "content.raw.data"), "base64");
    return { MessageId: accept({ ...envelope, raw: data }) };
  }

  if (!from) throw badRequest("FromEmailAddress is required for Simple content.");
  parseMailbox(from);
  if (envelope.recipients.length === 0) {
    throw badRequest("Destination must have at least one To, Cc or Bcc address.");
  }
  const message = compose(object(content, "Simple") ?? {}, {
    from,
    to,
    cc,
    replyTo: addresses(request, "ReplyToAddresses"),
  });
  return { MessageId: accept({ ...envelope, raw: message }) };
}

function addresses(source: Json, name: string): string[] {
  const given = texts(source, name);
  given.forEach(parseMailbox);
  return given;
}

function readTags(request: Json) {
  return checkTags(
    objects(request, "EmailTags").map((tag): [string, string] => [
      required(tag, "Name", "emailTags.name"),
      required(tag, "Value", "emailTags.value"),
    ]),
  );
}

interface Envelope {
  from: string;
  to: string[];
  cc: string[];
  replyTo: string[];
}

function compose(simple: Json, { from, to, cc, replyTo }: Envelope): Buffer {
  const subject = required(object(simple, "Subject") ?? {}, "Data", "content.simple.subject.data");
  if (/[\r\n\0]/.test(subject)) throw badRequest("Subject contains a line break.");
  const body = object(simple, "Body") ?? {};
  const crlf = (part: string) =>
    text(object(body, part) ?? {}, "Data")?.replaceAll(/\r?\n/g, "\r\n");
  const plain = crlf("Text");
  const html = crlf("Html");
  if (!plain && !html) throw constraint("content.simple.body", "Member must have Text or Html");

  const header =
    addressField("From", [from]) +
    addressField("To", to) +
    addressField("Cc", cc) +
    addressField("Reply-To", replyTo);
  const composer = new MailComposer({
    subject,
    ...(plain && { text: plain }),
    ...(html && { html }),
    headers: readHeaders(simple),
    attachments: objects(simple, "Attachments").map(readAttachment),
    disableFileAccess: true,
    disableUrlAccess: true,
    newline: "win",
  });
  return Buffer.concat([Buffer.from(header), buildMime(composer.compile())]);
}

/**
 * Only names outside ASCII are encoded. We do it ourselves, because nodemailer would put encoded
 * words into quotes, which RFC 2047 (5) forbids.
 */
function addressField(field: string, given: string[]): string {
  if (given.length === 0) return "";
  const inAscii = given.map((mailbox) => {
    const { name, address } = parseMailbox(mailbox);
    return /[^ -~]/.test(name) ? `${encodeWords(name, "B", 52)} <${address}>` : mailbox.trim();
  });
  return `${field}: ${inAscii.join(",\r\n ")}\r\n`;
}

// Other members of the request set these. SES refuses them in Headers.
const RESERVED =
  /^(?:bcc|cc|content-.*|date|from|message-id|mime-version|reply-to|return-path|sender|subject|to)$/i;

// https://docs.aws.amazon.com/ses/latest/APIReference-V2/API_MessageHeader.html
function readHeaders(simple: Json) {
  const headers = objects(simple, "Headers");
  if (headers.length > 15) {
    throw constraint("content.simple.headers", "Member must have length less than or equal to 15");
  }
  return headers.map((header) => {
    const key = required(header, "Name", "content.simple.headers.name");
    const value = required(header, "Value", "content.simple.headers.value");
    if (!/^[!-9;-~]{1,126}$/.test(key)) {
      throw badRequest(
        `Invalid header name <${key}>: 1 to 126 printable ASCII characters, no colon.`,
      );
    }
    if (!/^[ -~]{1,995}$/.test(value)) {
      throw badRequest(`Invalid value of header <${key}>: 1 to 995 printable ASCII characters.`);
    }
    if (key.length + value.length > 996) {
      throw badRequest(`Header <${key}> has more than 996 characters, name and value together.`);
    }
    if (RESERVED.test(key)) throw badRequest(`Header <${key}> cannot be set in Headers.`);
    return { key, value };
  });
}

// The extensions of https://docs.aws.amazon.com/ses/latest/dg/mime-types.html that an app might
// send.
const UNSUPPORTED =
  /\.(?:app|bat|chm|cmd|com|cpl|dll|exe|hta|jar|js|jse|lib|lnk|mst|msi|pif|ps1|reg|scr|sys|vb|vbe|vbs|wsf|wsh)$/i;

function limit(value: string | undefined, max: number, member: string): void {
  if (value === undefined || (value !== "" && value.length <= max)) return;
  throw constraint(
    `content.simple.attachments.${member}`,
    `Member must have length from 1 to ${max}`,
  );
}

const ENCODINGS: Record<string, string> = {
  BASE64: "base64",
  QUOTED_PRINTABLE: "quoted-printable",
  SEVEN_BIT: "7bit",
};

// https://docs.aws.amazon.com/ses/latest/APIReference-V2/API_Attachment.html
function readAttachment(attachment: Json) {
  const filename = required(attachment, "FileName", "content.simple.attachments.fileName");
  if (UNSUPPORTED.test(filename)) throw badRequest(`Illegal filename '${filename}'.`);
  const data = required(attachment, "RawContent", "content.simple.attachments.rawContent");
  const cid = text(attachment, "ContentId");
  const description = text(attachment, "ContentDescription");
  limit(filename, 255, "fileName");
  limit(text(attachment, "ContentType"), 78, "contentType");
  limit(cid, 78, "contentId");
  limit(description, 1000, "contentDescription");
  return {
    filename,
    content: Buffer.from(data, "base64"),
    contentType: text(attachment, "ContentType"),
    contentTransferEncoding: ENCODINGS[text(attachment, "ContentTransferEncoding") ?? "SEVEN_BIT"],
    contentDisposition:
      text(attachment, "ContentDisposition") === "INLINE" ? "inline" : "attachment",
    ...(cid && { cid }),
    ...(description && { headers: { "Content-Description": description } }),
  };
}
