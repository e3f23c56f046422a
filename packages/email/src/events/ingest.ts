import type { Db } from "@repo/db";
import { applyEvents } from "./apply.ts";
import { createApplier } from "./coalesce.ts";
import type { OnEvents } from "./event.ts";
import { parseNaming, parseSesEvent } from "./ses/parse.ts";
import { type SnsFetch, snsFetch } from "./sns/fetch.ts";
import { keepCertificates } from "./sns/kept-certificates.ts";
import { type SnsMessage, createSnsVerifier } from "./sns/verify.ts";
import type { SuppressionPolicy } from "../suppression/suppress.ts";

export interface IngestOptions {
  db: Db;
  /** SES_EVENTS_TOPIC_ARN: the one topic that is believed. */
  topicArn: string;
  /** What asks SNS; only development brings another. */
  fetch?: SnsFetch | undefined;
  /** When soft bounces suppress an address; unset: five in 30 days, for two weeks. */
  policy?: SuppressionPolicy;
  /** What the app does about events. Give the same to `createDeliverer` and to `attachEvents`. */
  onEvents?: OnEvents | undefined;
  /**
   * In seconds. Older messages are refused: what was overheard once is not played for ever. For
   * the webhook, which anyone can reach; what waits in a queue is late because we were.
   */
  maxAge?: number;
}

/** What became of a message. */
export interface IngestResult {
  type: SnsMessage["type"];
  /** SNS's. */
  messageId: string;
  /** How many events about a recipient it had; known ones too. */
  events: number;
}

/** Takes one message of SNS, as it was posted or queued. */
export type Ingest = (body: string) => Promise<IngestResult>;

/**
 * The one way in for what SES says, whatever brings it: verified, parsed, applied; a subscription
 * of the topic to us is confirmed. Returns after the commit, and a repeat changes nothing.
 *
 * `ingest` throws an EmailError whose `retryable` says whether to answer that the message should
 * come again; any other error is the database's, and it should.
 *
 * @throws EmailError `INVALID_TOPIC_ARN`; `ingest`: what `verify` throws, and
 *   `MALFORMED_EVENT`, `EVENTS_NOT_STORED`
 */
export function createIngest(options: IngestOptions): { ingest: Ingest } {
  const { db, topicArn, fetch = snsFetch, policy, onEvents, maxAge } = options;
  const certificates = keepCertificates(db);
  const { verify } = createSnsVerifier({ topicArn, certificates, fetch, maxAge });
  const apply = createApplier((events) => applyEvents(db, events, { policy, onEvents }));

  async function ingest(body: string): Promise<IngestResult> {
    const { type, messageId, message, timestamp, subscribeUrl } = await verify(body);
    if (type === "SubscriptionConfirmation" && subscribeUrl) await fetch(subscribeUrl);
    if (type !== "Notification") return { type, messageId, events: 0 };
    // Without what the app does about it, which may be what has failed.
    const keepNaming = () => applyEvents(db, parseNaming(message, timestamp));
    try {
      const events = parseSesEvent(message, timestamp);
      if (events.length > 0) await apply(events);
      else await keepNaming();
      return { type, messageId, events: events.length };
    } catch (error) {
      await keepNaming().catch(() => undefined);
      throw error;
    }
  }
  return { ingest };
}
