import { verify as verifySignature } from "node:crypto";
import { EmailError } from "../../error.ts";
import { type CertificateStore, createCertificates } from "./certificates.ts";
import { type SnsMessageType, readEnvelope } from "./envelope.ts";
import { type SnsFetch, snsFetch } from "./fetch.ts";
import { parseTopic } from "./topic.ts";

/** A message that SNS has signed, of the one topic that is allowed. */
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
 * Checks messages of SNS: of this topic, signed (version 1 or 2) with the key of a certificate
 * that the topic's own region serves.
 *
 * The certificate has to be valid at the time of the message and not of the check: a queue keeps
 * messages for days, and what SNS signed on a certificate's last day is still genuine.
 *
 * @param options.certificates keeps them beyond this process
 * @param options.fetch what asks SNS; only development brings another
 * @param options.maxAge in seconds: older messages are refused, and so are those of a later time
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
    // Before its certificate is asked for: it costs nobody anything.
    if (Math.abs(Date.now() - timestamp.getTime()) > maxAge * 1000) {
      throw new EmailError(
        "STALE_SNS_MESSAGE",
        `This message is not of the last ${maxAge} s. Send what is late through the queue, and check this machine's clock.`,
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
    `This message is not SNS's: ${why}. Nothing was stored.`,
  );
}
