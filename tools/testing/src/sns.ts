import { randomBytes, randomUUID, sign } from "node:crypto";
import { type CertificateOptions, createCertificate } from "./certificate.ts";

/** The JSON that SNS posts. */
export type SnsBody = Record<string, string>;

/** Plays SNS in tests: a key, its certificate, and signed messages for a topic. */
export interface TestSns {
  topicArn: string;
  /** The certificate's address, in SNS's published form. */
  certificateUrl: string;
  /** The certificate, without its issuer's. */
  pem: string;
  /** A signed notification. Given fields replace SNS's own and are signed too. */
  notify(message: string, fields?: SnsBody, version?: "1" | "2"): SnsBody;
  /** A signed `SubscriptionConfirmation` or `UnsubscribeConfirmation`. */
  confirmation(type: string, fields?: SnsBody, version?: "1" | "2"): SnsBody;
}

/** The key of each topic. One for all its certificates, because making one takes 30 ms. */
const keys = new Map<string, string>();

/**
 * @param options of the certificate. Default: RSA of 2048 bits for sns.amazonaws.com, a month old,
 *   from an unknown authority.
 */
export function createTestSns(topicArn: string, options: CertificateOptions = {}): TestSns {
  const [, partition, , region] = topicArn.split(":");
  const ending = { "aws-cn": "com.cn", "aws-eusc": "eu" }[partition ?? ""] ?? "com";
  const host = `sns.${region}.amazonaws.${ending}`;
  const authority = createCertificate("ca.example.com", { commonName: "Test CA" });
  const shared = options.rsaBits === undefined ? keys.get(topicArn) : undefined;
  const { cert: pem, key } = createCertificate("sns.amazonaws.com", {
    commonName: "sns.amazonaws.com",
    rsaBits: 2048,
    ...(shared && { key: shared }),
    from: new Date(Date.now() - 30 * 86_400_000),
    issuer: { commonName: "Test CA", key: authority.key },
    ...options,
  });
  if (options.rsaBits === undefined) keys.set(topicArn, key);
  const certificateUrl = `https://${host}/SimpleNotificationService-${randomBytes(16).toString("hex")}.pem`;

  function signed(fields: SnsBody, version: "1" | "2"): SnsBody {
    const text = ["Message", "MessageId", "Subject", "SubscribeURL", "Timestamp", "Token"]
      .concat("TopicArn", "Type")
      .filter((name) => fields[name] !== undefined)
      .map((name) => `${name}\n${fields[name]}\n`)
      .join("");
    const digest = version === "1" ? "sha1" : "sha256";
    return {
      SignatureVersion: version,
      Signature: sign(digest, Buffer.from(text), key).toString("base64"),
      SigningCertURL: certificateUrl,
      ...fields,
    };
  }
  const common = (type: string): SnsBody => ({
    Type: type,
    MessageId: randomUUID(),
    TopicArn: topicArn,
    Timestamp: new Date().toISOString(),
  });

  return {
    topicArn,
    certificateUrl,
    pem,
    notify: (message, fields = {}, version = "2") =>
      signed({ ...common("Notification"), Message: message, ...fields }, version),
    confirmation(type, fields = {}, version = "2") {
      const Token = randomBytes(100).toString("hex");
      const SubscribeURL = `https://${host}/?Action=ConfirmSubscription&TopicArn=${topicArn}&Token=${Token}`;
      const Message = `You have chosen to subscribe to the topic ${topicArn}.`;
      return signed({ ...common(type), Message, Token, SubscribeURL, ...fields }, version);
    },
  };
}
