import { type KeyObject, randomBytes, randomUUID, sign } from "node:crypto";
import { promisify } from "node:util";
import { type Certificate, createCertificate } from "../certificate.ts";

/** A topic, with the key that signs its messages. */
export interface Topic {
  arn: string;
  /** The same for all subscribers, because nobody unsubscribes here. */
  subscriptionArn: string;
  signer: Certificate;
  /** In SNS's form. The app must be set up to fetch it from ses-local (`/sns`). */
  certificateUrl: string;
  /** `https://sns.REGION.amazonaws.com` */
  origin: string;
}

/** A message that SNS delivers to an endpoint. */
export interface SnsMessage {
  id: string;
  type: "Notification" | "SubscriptionConfirmation";
  /**
   * The JSON. It is signed at the first call, so a message that nobody fetches costs no signature.
   */
  body: () => Promise<string>;
}

/**
 * A notification with an event of SES.
 *
 * @param version the version of the signature: 1 is SHA-1, 2 is SHA-256
 */
export function notification(topic: Topic, event: unknown, version: "1" | "2"): SnsMessage {
  return message(topic, version, "Notification", {
    Subject: "Amazon SES Email Event Notification",
    // SES ends its JSON with a line break.
    Message: `${JSON.stringify(event)}\n`,
  });
}

export function subscriptionConfirmation(
  topic: Topic,
  token: string,
  version: "1" | "2",
): SnsMessage {
  const query = new URLSearchParams({
    Action: "ConfirmSubscription",
    TopicArn: topic.arn,
    Token: token,
  });
  return message(topic, version, "SubscriptionConfirmation", {
    Token: token,
    Message: `You have chosen to subscribe to the topic ${topic.arn}.\nTo confirm the subscription, visit the SubscribeURL included in this message.`,
    SubscribeURL: `${topic.origin}/?${query}`,
  });
}

function message(
  topic: Topic,
  version: "1" | "2",
  type: SnsMessage["type"],
  own: Record<string, string>,
): SnsMessage {
  const id = randomUUID();
  const fields: Record<string, string> = {
    Type: type,
    MessageId: id,
    TopicArn: topic.arn,
    ...own,
    Timestamp: new Date().toISOString(),
    SignatureVersion: version,
  };
  const unsubscribe = new URLSearchParams({
    Action: "Unsubscribe",
    SubscriptionArn: topic.subscriptionArn,
  });
  let body: Promise<string> | undefined;
  const signed = async () =>
    JSON.stringify({
      ...fields,
      Signature: await signature(fields, version, topic.signer.key),
      SigningCertURL: topic.certificateUrl,
      ...(type === "Notification" && { UnsubscribeURL: `${topic.origin}/?${unsubscribe}` }),
    });
  return { id, type, body: () => (body ??= signed()) };
}

// The signed fields in their order. A message may lack some of them.
// https://docs.aws.amazon.com/sns/latest/dg/sns-verify-signature-of-message.html
const SIGNED = ["Message", "MessageId", "Subject", "SubscribeURL", "Timestamp", "Token"].concat(
  "TopicArn",
  "Type",
);

// In Node.js's thread pool, because the signature is half of the work for an event.
const signOnThread = promisify<string, Buffer, KeyObject, Buffer>(sign);

async function signature(fields: Record<string, string>, version: "1" | "2", key: KeyObject) {
  const text = SIGNED.filter((name) => fields[name] !== undefined)
    .map((name) => `${name}\n${fields[name]}\n`)
    .join("");
  const signed = await signOnThread(version === "1" ? "sha1" : "sha256", Buffer.from(text), key);
  return signed.toString("base64");
}

/** @param arn the topic's ARN. Its region determines SNS's host */
export function createTopic(arn: string): Topic {
  const origin = `https://sns.${arn.split(":")[3] || "us-east-1"}.amazonaws.com`;
  return {
    arn,
    subscriptionArn: `${arn}:${randomUUID()}`,
    origin,
    signer: createCertificate("sns.amazonaws.com", { type: "rsa" }),
    certificateUrl: `${origin}/SimpleNotificationService-${randomBytes(16).toString("hex")}.pem`,
  };
}
