import MailComposer from "nodemailer/lib/mail-composer";
import { encodeWords } from "nodemailer/lib/mime-funcs";
import { z } from "zod";
import type { Accept, Submission } from "./accept.ts";
import type { Account } from "./account.ts";
import { parseMailbox } from "./address.ts";
import { buildMime } from "./build-mime.ts";
import { badRequest, SesError } from "./error.ts";
import { withFaults } from "./faults.ts";
import { type Json, arrayOf, constraint, objectOf, optional, parse } from "./json.ts";
import { checkTags } from "./tags.ts";

const text = optional(z.string());
const length = (max: number) => {
  const message = `Member must have length from 1 to ${max}`;
  return z.string().min(1, message).max(max, message);
};

// https://docs.aws.amazon.com/ses/latest/APIReference-V2/API_Attachment.html
const Attachment = z.object({
  FileName: length(255),
  RawContent: z.string(),
  ContentType: optional(length(78)),
  ContentId: optional(length(78)),
  ContentDescription: optional(length(1000)),
  ContentDisposition: text,
  ContentTransferEncoding: text,
});

// https://docs.aws.amazon.com/ses/latest/APIReference-V2/API_Message.html
const Simple = z.object({
  Subject: objectOf({ Data: z.string() }),
  Body: objectOf({ Text: objectOf({ Data: text }), Html: objectOf({ Data: text }) }),
  Headers: z
    .array(z.object({ Name: z.string(), Value: z.string() }))
    .max(15, "Member must have length less than or equal to 15")
    .nullish(),
  Attachments: arrayOf(Attachment),
});

const Request = z.object({
  FromEmailAddress: text,
  FeedbackForwardingEmailAddress: text,
  Destination: objectOf({
    ToAddresses: arrayOf(z.string()),
    CcAddresses: arrayOf(z.string()),
    BccAddresses: arrayOf(z.string()),
  }),
  ReplyToAddresses: arrayOf(z.string()),
  EmailTags: optional(z.array(z.object({ Name: z.string(), Value: z.string() }))),
  ConfigurationSetName: text,
  Content: objectOf({
    Simple: optional(Simple),
    Raw: optional(z.object({ Data: z.string() })),
    Template: optional(z.object({ TemplateName: text, TemplateArn: text })),
  }),
});

/**
 * SendEmail with Simple or Raw content, and with the faults. There are no stored templates.
 *
 * https://docs.aws.amazon.com/ses/latest/APIReference-V2/API_SendEmail.html
 * @throws SesError the answer
 * @throws NoAnswer if there must be no answer
 */
export function sendEmail(
  request: unknown,
  region: string,
  { account, accept }: { account: Account; accept: Accept },
): Promise<Json> {
  const from = String(Object(request).FromEmailAddress ?? "");
  return withFaults(account, { from, region }, () => ({
    MessageId: accept({ ...read(request), region, via: "api" }),
  }));
}

function read(request: unknown): Omit<Submission, "region" | "via"> {
  const input = parse(Request, request);
  const { FromEmailAddress: from, ReplyToAddresses: replyTo, EmailTags } = input;
  const { ToAddresses: to, CcAddresses: cc, BccAddresses: bcc } = input.Destination;
  const { Simple: simple, Raw, Template } = input.Content;
  if ([simple, Raw, Template].filter(Boolean).length !== 1) {
    throw badRequest("Content must have exactly one of Simple, Raw and Template.");
  }
  const recipients = [...to, ...cc, ...bcc];
  recipients.forEach(parseMailbox);
  const envelope = {
    sender: from,
    returnPath: input.FeedbackForwardingEmailAddress,
    recipients,
    tags: EmailTags && checkTags(EmailTags.map(({ Name, Value }) => [Name, Value])),
    configurationSet: input.ConfigurationSetName,
  };

  if (Raw) return { ...envelope, raw: Buffer.from(Raw.Data, "base64") };
  if (!simple) {
    const name = Template?.TemplateName ?? Template?.TemplateArn ?? "";
    throw new SesError("NotFoundException", `Template ${name} does not exist.`, 404);
  }

  if (!from) throw badRequest("FromEmailAddress is required for Simple content.");
  parseMailbox(from);
  if (recipients.length === 0) {
    throw badRequest("Destination must have at least one To, Cc or Bcc address.");
  }
  replyTo.forEach(parseMailbox);
  const header =
    addressField("From", [from]) +
    addressField("To", to) +
    addressField("Cc", cc) +
    addressField("Reply-To", replyTo);
  return { ...envelope, raw: Buffer.concat([Buffer.from(header), compose(simple)]) };
}

/** The message without the fields of addresses. */
function compose({ Subject, Body, Headers, Attachments }: z.output<typeof Simple>): Buffer {
  const subject = Subject.Data;
  if (/[\r\n\0]/.test(subject)) throw badRequest("Subject contains a line break.");
  const plain = Body.Text.Data?.replaceAll(/\r?\n/g, "\r\n");
  const html = Body.Html.Data?.replaceAll(/\r?\n/g, "\r\n");
  if (!plain && !html) throw constraint("content.simple.body", "Member must have Text or Html");
  const composer = new MailComposer({
    subject,
    ...(plain && { text: plain }),
    ...(html && { html }),
    headers: (Headers ?? []).map(readHeader),
    attachments: Attachments.map(readAttachment),
    disableFileAccess: true,
    disableUrlAccess: true,
    newline: "win",
  });
  return buildMime(composer.compile());
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
function readHeader({ Name: key, Value: value }: { Name: string; Value: string }) {
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
}

// The extensions of https://docs.aws.amazon.com/ses/latest/dg/mime-types.html that an app might
// send.
const UNSUPPORTED =
  /\.(?:app|bat|chm|cmd|com|cpl|dll|exe|hta|jar|js|jse|lib|lnk|mst|msi|pif|ps1|reg|scr|sys|vb|vbe|vbs|wsf|wsh)$/i;

const ENCODINGS: Record<string, string> = {
  BASE64: "base64",
  QUOTED_PRINTABLE: "quoted-printable",
  SEVEN_BIT: "7bit",
};

function readAttachment(attachment: z.output<typeof Attachment>) {
  const { FileName: filename, ContentId: cid, ContentDescription: description } = attachment;
  if (UNSUPPORTED.test(filename)) throw badRequest(`Illegal filename '${filename}'.`);
  return {
    filename,
    content: Buffer.from(attachment.RawContent, "base64"),
    contentType: attachment.ContentType,
    contentTransferEncoding: ENCODINGS[attachment.ContentTransferEncoding ?? "SEVEN_BIT"],
    contentDisposition: attachment.ContentDisposition === "INLINE" ? "inline" : "attachment",
    ...(cid && { cid }),
    ...(description && { headers: { "Content-Description": description } }),
  };
}
