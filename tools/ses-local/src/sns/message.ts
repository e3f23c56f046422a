import { randomBytes, randomUUID, sign } from "node:crypto";
import { type Signer, createSigner } from "./certificate.ts";

/** A topic whose messages are signed. */
export interface Topic {
  arn: string;
  signer: Signer;
  /** In the form of SNS: what asks for it must be told that ses-local serves it. */
  certificateUrl: string;
  region: string;
}

/** The JSON that SNS posts. */
export type SnsMessage = Record<string, string>;

/** @param version of the signature: 1 is SHA-1, 2 SHA-256 */
export function notification(topic: Topic, message: string, version: "1" | "2"): SnsMessage {
  return signed(topic, version, {
    Type: "Notification",
    MessageId: randomUUID(),
    TopicArn: topic.arn,
    Message: message,
    Timestamp: new Date().toISOString(),
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
  return signed(topic, version, {
    Type: "SubscriptionConfirmation",
    MessageId: randomUUID(),
    Token: token,
    TopicArn: topic.arn,
    Message: `You have chosen to subscribe to the topic ${topic.arn}.\nTo confirm the subscription, visit the SubscribeURL included in this message.`,
    SubscribeURL: `https://sns.${topic.region}.amazonaws.com/?${query}`,
    Timestamp: new Date().toISOString(),
  });
}

// https://docs.aws.amazon.com/sns/latest/dg/sns-verify-signature-of-message.html
const SIGNED = ["Message", "MessageId", "SubscribeURL", "Timestamp", "Token", "TopicArn", "Type"];

function signed(topic: Topic, version: "1" | "2", fields: SnsMessage): SnsMessage {
  const text = SIGNED.filter((name) => fields[name] !== undefined)
    .map((name) => `${name}\n${fields[name]}\n`)
    .join("");
  const digest = version === "1" ? "sha1" : "sha256";
  return {
    ...fields,
    SignatureVersion: version,
    Signature: sign(digest, Buffer.from(text), topic.signer.key).toString("base64"),
    SigningCertURL: topic.certificateUrl,
  };
}

/** @param arn of the topic; its region is where SNS would be */
export function createTopic(arn: string): Topic {
  const region = arn.split(":")[3] ?? "us-east-1";
  const name = randomBytes(16).toString("hex");
  return {
    arn,
    region,
    signer: createSigner(),
    certificateUrl: `https://sns.${region}.amazonaws.com/SimpleNotificationService-${name}.pem`,
  };
}
