import { EmailError } from "../../error.ts";
import { isShallow } from "./json.ts";
import type { Topic } from "./topic.ts";

export type SnsMessageType =
  "Notification" | "SubscriptionConfirmation" | "UnsubscribeConfirmation";

/** A message of SNS whose signature is not checked yet. */
export interface Envelope {
  type: SnsMessageType;
  messageId: string;
  message: string;
  timestamp: Date;
  /** Only confirmations have one. */
  token: string | undefined;
  /** The text that SNS signed. */
  signed: string;
  signature: Buffer;
  digest: "sha1" | "sha256";
  certificateUrl: URL;
}

/** In characters. SNS accepts 256 KB. In the envelope's JSON, quotes and backslashes double. */
export const MAX_ENVELOPE = 1024 * 1024;
// The attributes of a message are on the third level. The others are for what SNS may add.
const MAX_DEPTH = 8;

const NOTIFICATION = ["Message", "MessageId", "Subject", "Timestamp", "TopicArn", "Type"];
const CONFIRMATION = [
  "Message",
  "MessageId",
  "SubscribeURL",
  "Timestamp",
  "Token",
  "TopicArn",
  "Type",
];
const SIGNED: Record<SnsMessageType, string[]> = {
  Notification: NOTIFICATION,
  SubscriptionConfirmation: CONFIRMATION,
  UnsubscribeConfirmation: CONFIRMATION,
};

// SNS signs a text that joins names and values by line breaks. `Message` may contain line breaks
// itself. All values after it must have these forms, so that the text can be read in one way only.
const SHAPES: Record<string, RegExp> = {
  MessageId: /^[\w-]{1,100}$/,
  // Of a key of 2048 bits or more.
  Signature: /^[\w+/]{342,1366}={0,2}$/,
  Subject: /^[^\p{Cc}]{1,100}$/u,
  SubscribeURL: /^https:[!-~]{1,2000}$/,
  Timestamp: /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d{1,3})?Z$/,
  Token: /^[\w-]{1,1000}$/,
};

/**
 * Reads the body of a message of SNS, and refuses what cannot be a genuine message of the topic. It
 * fetches nothing, and does not check the signature yet.
 *
 * https://docs.aws.amazon.com/sns/latest/dg/sns-verify-signature-of-message.html
 *
 * @throws EmailError `MALFORMED_SNS_MESSAGE`, `FOREIGN_TOPIC`, `FORGED_SNS_MESSAGE`
 */
export function readEnvelope(body: string, topic: Topic): Envelope {
  const fields = parse(body);
  const type = fields["Type"];
  if (typeof type !== "string" || !Object.hasOwn(SIGNED, type)) throw malformed("Type");
  const names = SIGNED[type as SnsMessageType];

  // Anybody can get valid signatures from a topic of their own.
  if (fields["TopicArn"] !== topic.arn) {
    throw new EmailError(
      "FOREIGN_TOPIC",
      "This message is of another topic than SES_EVENTS_TOPIC_ARN. Set that to the topic that SES publishes to, or remove the subscription.",
    );
  }
  // SNS spells it in another way when it calls a Lambda function.
  fields["SigningCertURL"] ??= fields["SigningCertUrl"];
  // A notification has a subject only if its publisher gave one.
  if (fields["Subject"] === null) delete fields["Subject"];
  const present = names.filter((name) => name !== "Subject" || fields[name] !== undefined);
  for (const name of [...present, "Signature", "SignatureVersion", "SigningCertURL"]) {
    const value = fields[name];
    if (typeof value !== "string" || SHAPES[name]?.test(value) === false) throw malformed(name);
  }
  const valid = fields as Record<string, string>;
  const text = (name: string) => valid[name] ?? "";

  const timestamp = new Date(text("Timestamp"));
  if (Number.isNaN(timestamp.getTime())) throw malformed("Timestamp");
  const version = text("SignatureVersion");
  if (version !== "1" && version !== "2") throw malformed("SignatureVersion");

  // Compared as text, because two URL parsers may read different hosts in one address.
  const origin = `https://${topic.host}/`;
  const certificateUrl = text("SigningCertURL");
  const isOurs =
    certificateUrl.startsWith(origin) &&
    /^SimpleNotificationService-[\da-f]{32}\.pem$/.test(certificateUrl.slice(origin.length));
  if (!isOurs) throw foreignUrl("SigningCertURL");
  if (names === CONFIRMATION && !text("SubscribeURL").startsWith(`${origin}?`)) {
    throw foreignUrl("SubscribeURL");
  }

  return {
    type: type as SnsMessageType,
    messageId: text("MessageId"),
    message: text("Message"),
    timestamp,
    // A notification's token would not be signed.
    token: names === CONFIRMATION ? text("Token") : undefined,
    signed: present.map((name) => `${name}\n${text(name)}\n`).join(""),
    signature: Buffer.from(text("Signature"), "base64"),
    digest: version === "1" ? "sha1" : "sha256",
    certificateUrl: new URL(certificateUrl),
  };
}

function parse(body: string): Record<string, unknown> {
  let value: unknown;
  try {
    if (body.length <= MAX_ENVELOPE && isShallow(body, MAX_DEPTH)) value = JSON.parse(body);
  } catch {
    // Refused below. The parser's own message would quote the body.
  }
  if (typeof value !== "object" || value === null || Array.isArray(value)) throw malformed("body");
  return value as Record<string, unknown>;
}

function malformed(what: string): EmailError {
  return new EmailError(
    "MALFORMED_SNS_MESSAGE",
    `This is not a message of SNS: its ${what} has the wrong form. Leave raw message delivery off.`,
  );
}

function foreignUrl(name: string): EmailError {
  return new EmailError(
    "FORGED_SNS_MESSAGE",
    `The ${name} of this message is not at the SNS of the topic's region, so SNS did not send it. Nothing was fetched.`,
  );
}
