import { EmailError } from "../../error.ts";
import { isShallow } from "./json.ts";
import type { Topic } from "./topic.ts";

export type SnsMessageType =
  "Notification" | "SubscriptionConfirmation" | "UnsubscribeConfirmation";

/** What SNS posts, as it is read before anybody has vouched for it. */
export interface Envelope {
  type: SnsMessageType;
  messageId: string;
  message: string;
  timestamp: Date;
  /** Of the two confirmations. */
  token: string | undefined;
  /** The text that SNS signed. */
  signed: string;
  signature: Buffer;
  digest: "sha1" | "sha256";
  certificateUrl: URL;
}

/** In characters. SNS takes 256 KB; quotes and backslashes double in an envelope. */
export const MAX_ENVELOPE = 1024 * 1024;
// An attribute of a message is on the third; the rest is for what SNS may add.
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

// The text that is signed joins names and values by line breaks. `Message` may have some itself:
// with these shapes for all that follows it, there is still one reading of the whole.
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
 * Reads the body of a message of SNS to one topic. Nothing is fetched and nothing believed yet:
 * whatever fits no genuine message is refused here.
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

  // Anyone's own topic yields valid signatures.
  if (fields["TopicArn"] !== topic.arn) {
    throw new EmailError(
      "FOREIGN_TOPIC",
      "This message is of another topic than SES_EVENTS_TOPIC_ARN. Set that to the topic that SES publishes to, or remove the subscription.",
    );
  }
  // A Lambda function that SNS calls itself is given another spelling.
  fields["SigningCertURL"] ??= fields["SigningCertUrl"];
  // A notification has a subject only where its publisher gave one.
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

  // Compared as texts: no two parsers can disagree about the host of these.
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
    // On a notification it would be an unsigned one.
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
    // Answered below: what the parser says quotes the body.
  }
  if (typeof value !== "object" || value === null || Array.isArray(value)) throw malformed("body");
  return value as Record<string, unknown>;
}

function malformed(what: string): EmailError {
  return new EmailError(
    "MALFORMED_SNS_MESSAGE",
    `This is no message of SNS: its ${what} has another shape. Subscribe without raw message delivery.`,
  );
}

function foreignUrl(name: string): EmailError {
  return new EmailError(
    "FORGED_SNS_MESSAGE",
    `The ${name} of this message is not at the topic's own SNS. Nothing was fetched: SNS did not send it.`,
  );
}
