import { verify as verifySignature } from "node:crypto";
import { EmailError } from "../../error.ts";
import { type CertificateStore, createCertificates } from "./certificates.ts";
import { type SnsMessageType, readEnvelope } from "./envelope.ts";
import { type SnsFetch, snsFetch } from "./fetch.ts";
import { parseTopic } from "./topic.ts";

/** A message of our topic whose signature is valid. */
export interface SnsMessage {
  type: SnsMessageType;
  messageId: string;
  topicArn: string;
  message: string;
  timestamp: Date;
  /**
   * Fetching this URL confirms the subscription. We build it from the signed token and never use
   * the URL in the message.
   */
  subscribeUrl?: URL;
}

/**
 * Creates a function that verifies messages of SNS. They must belong to this topic, and be signed
 * (version 1 or 2) with the key of a certificate that the topic's region serves.
 *
 * The certificate must be valid at the message's time, not at the time of the check. A queue keeps
 * messages for days, and what SNS signed on a certificate's last day is still genuine.
 *
 * @param options.certificates stores certificates beyond this process
 * @param options.fetch makes the requests to SNS; only development passes another function
 * @param options.maxAge seconds; messages that are older, or as far in the future, are refused.
 *   Default: no limit
 * @throws EmailError `INVALID_TOPIC_ARN`; `verify`: `MALFORMED_SNS_MESSAGE`, `FOREIGN_TOPIC`,
 *   `FORGED_SNS_MESSAGE`, `STALE_SNS_MESSAGE`; and, retryable, `SNS_UNREACHABLE`,
 *   `SNS_CERTIFICATE`
 */
export function createSnsVerifier(options: {
  topicArn: string;
  certificates: CertificateStore;
  fetch?: SnsFetch | undefined;
  maxAge?: number | undefined;
}) {
  const { maxAge = Infinity } = options;
  const topic = parseTopic(options.topicArn);
  const keyOf = createCertificates(topic, options.fetch ?? snsFetch, options.certificates);

  async function verify(body: string): Promise<SnsMessage> {
    const envelope = readEnvelope(body, topic);
    const { type, messageId, message, timestamp, token } = envelope;
    // Before the certificate is fetched, because this check costs nothing.
    if (Math.abs(Date.now() - timestamp.getTime()) > maxAge * 1000) {
      throw new EmailError(
        "STALE_SNS_MESSAGE",
        `This message is older than ${maxAge} s, or from the future. Check this machine's clock. Messages that may be late need the queue.`,
      );
    }
    const { key, from, to } = await keyOf(envelope.certificateUrl);
    if (!verifySignature(envelope.digest, Buffer.from(envelope.signed), key, envelope.signature)) {
      throw forged("its signature is wrong");
    }
    if (timestamp < from || timestamp > to) throw forged("its certificate was not valid then");
    const verified = { type, messageId, topicArn: topic.arn, message, timestamp };
    if (token === undefined) return verified;
    const query = new URLSearchParams({
      Action: "ConfirmSubscription",
      TopicArn: topic.arn,
      Token: token,
    });
    return { ...verified, subscribeUrl: new URL(`https://${topic.host}/?${query}`) };
  }
  return { verify };
}

function forged(why: string): EmailError {
  return new EmailError(
    "FORGED_SNS_MESSAGE",
    `This message is not from SNS: ${why}. Nothing was stored.`,
  );
}
