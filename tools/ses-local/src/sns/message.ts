import { type KeyObject, randomBytes, randomUUID, sign } from "node:crypto";
import { promisify } from "node:util";
import { type Signer, createSigner } from "./certificate.ts";

/** A topic whose messages are signed. */
export interface Topic {
  arn: string;
  /** One for all that subscribe: here nobody unsubscribes. */
  subscriptionArn: string;
  signer: Signer;
  /** In the form of SNS: what asks for it must be told that ses-local serves it. */
  certificateUrl: string;
  /** `https://sns.REGION.amazonaws.com` */
  origin: string;
}

/** What SNS hands to an endpoint. */
export interface SnsMessage {
  id: string;
  type: "Notification" | "SubscriptionConfirmation";
  /** The JSON, signed when it is first asked for: what nobody fetches costs no signature. */
  body: () => Promise<string>;
}

/**
 * An event of SES, under the subject that SES gives them all.
 *
 * @param version of the signature: 1 is SHA-1, 2 SHA-256
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

// In this order, each where the message has it.
// https://docs.aws.amazon.com/sns/latest/dg/sns-verify-signature-of-message.html
const SIGNED = ["Message", "MessageId", "Subject", "SubscribeURL", "Timestamp", "Token"].concat(
  "TopicArn",
  "Type",
);

// On node's own threads: a signature is as much work as all else that is done for an event.
const signOnThread = promisify<string, Buffer, KeyObject, Buffer>(sign);

async function signature(fields: Record<string, string>, version: "1" | "2", key: KeyObject) {
  const text = SIGNED.filter((name) => fields[name] !== undefined)
    .map((name) => `${name}\n${fields[name]}\n`)
    .join("");
  const signed = await signOnThread(version === "1" ? "sha1" : "sha256", Buffer.from(text), key);
  return signed.toString("base64");
}

/** @param arn of the topic; its region is where SNS would be */
export function createTopic(arn: string): Topic {
  const origin = `https://sns.${arn.split(":")[3] || "us-east-1"}.amazonaws.com`;
  return {
    arn,
    subscriptionArn: `${arn}:${randomUUID()}`,
    origin,
    signer: createSigner(),
    certificateUrl: `${origin}/SimpleNotificationService-${randomBytes(16).toString("hex")}.pem`,
  };
}
