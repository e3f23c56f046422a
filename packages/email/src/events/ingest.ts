import type { Db } from "@repo/db";
import type { Pseudonyms } from "../erasure/pseudonyms.ts";
import { EmailError } from "../error.ts";
import { applyEvents } from "./apply.ts";
import { createApplier } from "./coalesce.ts";
import { EVENT_TYPES, type OnEvents, type SesEvent } from "./event.ts";
import { parseSesEvent, parseUnprocessed } from "./ses/parse.ts";
import { type SnsFetch, snsFetch } from "./sns/fetch.ts";
import { keepCertificates } from "./sns/kept-certificates.ts";
import { type SnsMessage, createSnsVerifier } from "./sns/verify.ts";

export interface IngestOptions {
  db: Db;
  /** SES_EVENTS_TOPIC_ARN. Messages of other topics are refused. */
  topicArn: string;
  /** Makes the requests to SNS. Only development passes another function. */
  fetch?: SnsFetch | undefined;
  /** Recognizes erased addresses. Default: their late events are stored like all others. */
  pseudonyms?: Pseudonyms | undefined;
  /** What the app does about events. Pass the same to `createDeliverer` and `attachEvents`. */
  onEvents?: OnEvents | undefined;
  /**
   * In seconds. Older messages are refused, so that nobody can replay one for ever. Set it for the
   * webhook, which anyone can reach. Messages in a queue may be old for a good reason. Default: no
   * limit.
   */
  maxAge?: number;
}

/** What became of a message. */
export interface IngestResult {
  type: SnsMessage["type"];
  /** SNS's id of the message. */
  messageId: string;
  /** How many events it had, new or not. There is one for each recipient. */
  events: number;
  /** The type of each event, for metrics: one of `EVENT_TYPES`, or `other`. */
  types: string[];
}

const typeOf = ({ type }: SesEvent) => EVENT_TYPES.find((known) => known === type) ?? "other";

/** Takes the body of one SNS message, as it was posted or queued. */
export type Ingest = (body: string) => Promise<IngestResult>;

/**
 * Creates the function that takes SES's events, from the webhook and from the queue. It verifies a
 * message, parses it and applies its event. It also confirms our subscription to the topic. It
 * returns after the commit, and a repeated message changes nothing.
 *
 * If `ingest` throws an EmailError, `retryable` says whether the message should be sent again. Any
 * other error comes from the database: the message should be sent again.
 *
 * @throws EmailError `INVALID_TOPIC_ARN`; `ingest`: what `verify` throws, and
 *   `MALFORMED_EVENT`, `EVENTS_NOT_STORED`, `EVENT_REFUSED`
 */
export function createIngest(options: IngestOptions): { ingest: Ingest } {
  const { db, topicArn, fetch = snsFetch, pseudonyms, onEvents, maxAge } = options;
  const certificates = keepCertificates(db);
  const { verify } = createSnsVerifier({ topicArn, certificates, fetch, maxAge });
  const told = onEvents && named(onEvents);
  const apply = createApplier((events) => applyEvents(db, events, { pseudonyms, onEvents: told }));

  async function ingest(body: string): Promise<IngestResult> {
    const { type, messageId, message, timestamp, subscribeUrl } = await verify(body);
    if (type === "SubscriptionConfirmation" && subscribeUrl) await fetch(subscribeUrl);
    if (type !== "Notification") return { type, messageId, events: 0, types: [] };
    // Without `onEvents`, which may be what failed.
    const storeUnprocessed = () =>
      applyEvents(db, parseUnprocessed(message, timestamp), { pseudonyms });
    try {
      const events = parseSesEvent(message, timestamp);
      if (events.length > 0) await apply(events);
      else await storeUnprocessed();
      return { type, messageId, events: events.length, types: events.map(typeOf) };
    } catch (error) {
      await storeUnprocessed().catch(() => undefined);
      throw error;
    }
  }
  return { ingest };
}

/** Names the errors of the app's function, so that they do not look like those of the database. */
function named(onEvents: OnEvents): OnEvents {
  return async (tx, events) => {
    try {
      await onEvents(tx, events);
    } catch (cause) {
      const { code, name } = cause as { code?: string; name?: string };
      throw new EmailError(
        "EVENT_REFUSED",
        `The app's onEvents has failed (${code ?? name}). Correct it. The event comes again.`,
        { retryable: true, cause },
      );
    }
  };
}
