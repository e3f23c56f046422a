import { setTimeout as sleep } from "node:timers/promises";
import {
  DeleteMessageBatchCommand,
  type Message,
  ReceiveMessageCommand,
  SQSClient,
} from "@aws-sdk/client-sqs";
import { onEvents } from "@repo/accounts/on-events";
import type { Db } from "@repo/db";
import { proxied } from "@repo/email/deliver";
import { createPseudonyms } from "@repo/email/erasure";
import { EmailError, type Ingest, createIngest } from "@repo/email/events";
import { errorFields } from "@repo/errors/log";
import type { Logger } from "pino";
import type { Env } from "./env.ts";
import type { Metrics } from "./metrics.ts";

// SQS's limits for one receive: messages, and seconds to wait.
const BATCH = 10;
const LONG_POLL = 20;
const SHORT_POLL = 1;
// Each makes 130,000 requests a month even without events, and SQS bills requests.
const RECEIVERS = 2;
// In ms.
const FIRST_PAUSE = 500;
const LONGEST_PAUSE = 30_000;

/** Receives SES's events from the queue of SES_EVENTS_QUEUE_URL, if it is set. */
export async function takeEvents(options: {
  env: Env;
  db: Db;
  log: Logger;
  metrics: Pick<Metrics, "countedEvents">;
  once: boolean;
  signal: AbortSignal;
}): Promise<void> {
  const { db, env, metrics } = options;
  const { SES_EVENTS_QUEUE_URL: queueUrl, SES_EVENTS_TOPIC_ARN: topicArn } = env;
  if (!queueUrl || !topicArn) return;
  const { ingest } = createIngest({
    db,
    topicArn,
    fetch: env.snsFetch,
    pseudonyms: createPseudonyms(env.OPT_OUT_KEY),
    onEvents,
  });
  await receiveEvents({ ...options, queueUrl, ingest: metrics.countedEvents(ingest) });
}

/**
 * Receives SES's events from the queue until the signal aborts; with `once`, until the queue seems
 * empty. It deletes an event only after its commit, so an event that gets lost in between comes
 * again.
 *
 * It receives nothing while the database is unreachable: each receive brings a message nearer to
 * the dead-letter queue. It retries the events that it has already received.
 *
 * It leaves a message in the queue if it cannot verify it. A forged or malformed message goes to
 * the dead-letter queue by the redrive policy. A message whose certificate SNS does not return is
 * received again later. It is not retried here, because two messages that name a certificate that
 * does not exist would block all others. Instead the receiver pauses, so that few messages come
 * nearer to the dead-letter queue while SNS is unreachable.
 *
 * Region, credentials and endpoint come from the SDK's own chain.
 */
export async function receiveEvents(options: {
  db: Db;
  queueUrl: string;
  ingest: Ingest;
  log: Logger;
  once?: boolean;
  signal: AbortSignal;
}): Promise<void> {
  const { db, queueUrl: QueueUrl, ingest, log, once = false, signal } = options;
  const sqs = new SQSClient({
    requestHandler: {
      ...proxied(),
      connectionTimeout: 3_000,
      // Without it, a connection that died silently would be awaited forever.
      requestTimeout: (LONG_POLL + 10) * 1000,
      throwOnRequestTimeout: true,
    },
  });

  async function receive(): Promise<void> {
    let pause = FIRST_PAUSE;
    while (!signal.aborted) {
      try {
        await db.$queryRaw`SELECT 1`;
        const { Messages = [] } = await sqs.send(
          new ReceiveMessageCommand({
            QueueUrl,
            MaxNumberOfMessages: BATCH,
            WaitTimeSeconds: once ? SHORT_POLL : LONG_POLL,
            MessageSystemAttributeNames: ["ApproximateReceiveCount"],
          }),
          { abortSignal: signal },
        );
        if (once && Messages.length === 0) return;
        if (Messages.length > 0) await take(Messages);
        pause = FIRST_PAUSE;
      } catch (error) {
        if (signal.aborted) return;
        log.error(errorFields(error), "events cannot be received or taken; trying again");
        if (once) return;
        await sleep(pause, undefined, { signal }).catch(() => undefined);
        pause = Math.min(pause * 2, LONGEST_PAUSE);
      }
    }
  }

  /** @throws EmailError retryable: SNS returned no certificate, or the app refused an event */
  async function take(messages: Message[]): Promise<void> {
    const results = await Promise.allSettled(messages.map(takeOne));
    const Entries = results.flatMap(({ status }, i) =>
      status === "fulfilled" ? [{ Id: String(i), ReceiptHandle: messages[i]?.ReceiptHandle }] : [],
    );
    if (Entries.length > 0) {
      const { Failed = [] } = await sqs.send(new DeleteMessageBatchCommand({ QueueUrl, Entries }));
      // They come again, and then change nothing.
      if (Failed.length > 0) log.warn({ count: Failed.length }, "events taken, but not deleted");
    }
    for (const result of results) {
      if (result.status === "rejected" && isRetryable(result.reason)) throw result.reason;
    }
  }

  /** Returns after the commit. @throws if the message must stay in the queue */
  async function takeOne(message: Message): Promise<void> {
    for (let pause = FIRST_PAUSE; ; pause = Math.min(pause * 2, LONGEST_PAUSE)) {
      try {
        await ingest(message.Body ?? "");
        return;
      } catch (error) {
        if (error instanceof EmailError && error.code !== "EVENTS_NOT_STORED") {
          // Log it once, not at each receive.
          const isFirst = message.Attributes?.ApproximateReceiveCount === "1";
          if (isFirst && (!error.retryable || error.code === "EVENT_REFUSED")) {
            log.error({ code: error.code, sqs: message.MessageId }, error.message);
          }
          throw error;
        }
        log.error(errorFields(error), "cannot store an event; trying again");
        // The queue hands it out again to the next run.
        if (once) throw error;
        await sleep(pause, undefined, { signal }).catch(() => undefined);
        if (signal.aborted) throw error;
      }
    }
  }

  try {
    await Promise.all(Array.from({ length: RECEIVERS }, receive));
  } finally {
    sqs.destroy();
  }
}

const isRetryable = (error: unknown) => error instanceof EmailError && error.retryable;
