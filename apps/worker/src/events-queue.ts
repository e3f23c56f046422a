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
import { EmailError, type Ingest, createIngest } from "@repo/email/events";
import type { Logger } from "pino";
import type { Env } from "./env.ts";

// The most of one receive; SQS's own limits.
const BATCH = 10;
const LONG_POLL = 20;
// Each makes 130,000 requests a month while there are no events: SQS counts them.
const RECEIVERS = 2;
// In ms.
const FIRST_PAUSE = 500;
const LONGEST_PAUSE = 30_000;

/** Takes SES's events from the queue that SES_EVENTS_QUEUE_URL names, if it names one. */
export async function takeEvents(options: {
  env: Env;
  db: Db;
  log: Logger;
  signal: AbortSignal;
}): Promise<void> {
  const { db, env } = options;
  const { SES_EVENTS_QUEUE_URL: queueUrl, SES_EVENTS_TOPIC_ARN: topicArn } = env;
  if (!queueUrl || !topicArn) return;
  const { ingest } = createIngest({ db, topicArn, fetch: env.snsFetch, onEvents });
  await receiveEvents({ ...options, queueUrl, ingest });
}

/**
 * Takes SES's events from the queue until the signal aborts: each is deleted after the commit of
 * what it says, so that one that is lost on the way comes again.
 *
 * While the database is away nothing is received: it would be counted towards the dead-letter
 * queue. What has been received already is tried again here.
 *
 * What cannot be believed stays in the queue: what no retry can mend (forged, malformed) for its
 * redrive policy to put aside, and what SNS gives no certificate for until it comes again. To
 * hold the latter here would let two messages with the name of a certificate that never was stop
 * all others; instead a receiver that meets one pauses, so that few are counted while SNS is away.
 *
 * Region, credentials and endpoint come from the SDK's own chain.
 */
export async function receiveEvents(options: {
  db: Db;
  queueUrl: string;
  ingest: Ingest;
  log: Logger;
  signal: AbortSignal;
}): Promise<void> {
  const { db, queueUrl: QueueUrl, ingest, log, signal } = options;
  const sqs = new SQSClient({
    requestHandler: {
      ...proxied(),
      connectionTimeout: 3_000,
      // A connection that has died without a word would be waited on for ever.
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
            WaitTimeSeconds: LONG_POLL,
            MessageSystemAttributeNames: ["ApproximateReceiveCount"],
          }),
          { abortSignal: signal },
        );
        if (Messages.length > 0) await take(Messages);
        pause = FIRST_PAUSE;
      } catch (error) {
        if (signal.aborted) return;
        log.error({ code: codeOf(error) }, "no events can be taken now; trying again");
        await sleep(pause, undefined, { signal }).catch(() => undefined);
        pause = Math.min(pause * 2, LONGEST_PAUSE);
      }
    }
  }

  /** @throws EmailError retryable, where SNS did not let one be verified */
  async function take(messages: Message[]): Promise<void> {
    const results = await Promise.allSettled(messages.map(takeOne));
    const Entries = results.flatMap(({ status }, i) =>
      status === "fulfilled" ? [{ Id: String(i), ReceiptHandle: messages[i]?.ReceiptHandle }] : [],
    );
    if (Entries.length > 0) {
      const { Failed = [] } = await sqs.send(new DeleteMessageBatchCommand({ QueueUrl, Entries }));
      // They come again, and change nothing.
      if (Failed.length > 0) log.warn({ count: Failed.length }, "events taken, but not deleted");
    }
    for (const result of results) {
      if (result.status === "rejected" && isRetryable(result.reason)) throw result.reason;
    }
  }

  /** Returns after the commit. @throws what keeps the message in the queue */
  async function takeOne(message: Message): Promise<void> {
    for (let pause = FIRST_PAUSE; ; pause = Math.min(pause * 2, LONGEST_PAUSE)) {
      try {
        await ingest(message.Body ?? "");
        return;
      } catch (error) {
        if (error instanceof EmailError && error.code !== "EVENTS_NOT_STORED") {
          // Once, not at each of its receives.
          if (!error.retryable && message.Attributes?.ApproximateReceiveCount === "1") {
            log.error({ code: error.code, sqs: message.MessageId }, error.message);
          }
          throw error;
        }
        log.error({ code: codeOf(error) }, "an event cannot be stored; trying again");
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

function codeOf(error: unknown): string {
  const { code, name = "Error" } = error as { code?: string; name?: string };
  return code ?? name;
}
