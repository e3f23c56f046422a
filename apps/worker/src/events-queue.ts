import { setTimeout as sleep } from "node:timers/promises";
import {
  DeleteMessageBatchCommand,
  type Message,
  ReceiveMessageCommand,
  SQSClient,
} from "@aws-sdk/client-sqs";
import { EmailError, type Ingest } from "@repo/email/events";
import type { Logger } from "pino";

// The most of one receive; SQS's own limits.
const BATCH = 10;
const LONG_POLL = 20;
// Each makes about 300 events a second, and 130,000 requests a month while there are none.
const RECEIVERS = 2;
// In ms.
const FIRST_PAUSE = 500;
const LONGEST_PAUSE = 30_000;

/**
 * Takes SES's events from the queue until the signal aborts: each is deleted after the commit of
 * what it says, so that one that is lost on the way comes again.
 *
 * While the database is away nothing is received: what has been received already is tried again
 * here, and the rest waits in the queue, where it would otherwise be counted towards the
 * dead-letter queue. What no retry can mend (forged, malformed) stays in the queue for its
 * redrive policy to put aside.
 *
 * Region, credentials and endpoint come from the SDK's own chain.
 */
export async function takeEvents(options: {
  queueUrl: string;
  ingest: Ingest;
  log: Logger;
  signal: AbortSignal;
}): Promise<void> {
  const { queueUrl: QueueUrl, ingest, log, signal } = options;
  const sqs = new SQSClient({});

  async function receive(): Promise<void> {
    let pause = FIRST_PAUSE;
    while (!signal.aborted) {
      try {
        const { Messages = [] } = await sqs.send(
          new ReceiveMessageCommand({
            QueueUrl,
            MaxNumberOfMessages: BATCH,
            WaitTimeSeconds: LONG_POLL,
            MessageSystemAttributeNames: ["ApproximateReceiveCount"],
          }),
          { abortSignal: signal },
        );
        pause = FIRST_PAUSE;
        if (Messages.length > 0) await take(Messages);
      } catch (error) {
        if (signal.aborted) return;
        log.error({ code: codeOf(error) }, "the queue of events does not answer; trying again");
        await sleep(pause, undefined, { signal }).catch(() => undefined);
        pause = Math.min(pause * 2, LONGEST_PAUSE);
      }
    }
  }

  async function take(messages: Message[]): Promise<void> {
    const taken = await Promise.all(messages.map(takeOne));
    const Entries = taken.flatMap((message, i) =>
      message ? [{ Id: String(i), ReceiptHandle: message.ReceiptHandle }] : [],
    );
    if (Entries.length === 0) return;
    const { Failed = [] } = await sqs.send(new DeleteMessageBatchCommand({ QueueUrl, Entries }));
    // They come again, and change nothing.
    if (Failed.length > 0) log.warn({ count: Failed.length }, "events taken, but not deleted");
  }

  /** @returns the message, if it may be deleted */
  async function takeOne(message: Message): Promise<Message | undefined> {
    for (let pause = FIRST_PAUSE; ; pause = Math.min(pause * 2, LONGEST_PAUSE)) {
      try {
        await ingest(message.Body ?? "");
        return message;
      } catch (error) {
        if (error instanceof EmailError && !error.retryable) {
          // Once, not at each of its receives.
          if (message.Attributes?.ApproximateReceiveCount === "1") {
            log.error({ code: error.code, sqs: message.MessageId }, error.message);
          }
          return undefined;
        }
        log.error({ code: codeOf(error) }, "an event cannot be stored; trying again");
        await sleep(pause, undefined, { signal }).catch(() => undefined);
        if (signal.aborted) return undefined;
      }
    }
  }

  try {
    await Promise.all(Array.from({ length: RECEIVERS }, receive));
  } finally {
    sqs.destroy();
  }
}

function codeOf(error: unknown): string {
  const { code, name = "Error" } = error as { code?: string; name?: string };
  return code ?? name;
}
