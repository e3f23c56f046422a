import { setTimeout as sleep } from "node:timers/promises";
import { createDb } from "@repo/db";
import { type SesEvent, applyEvents } from "@repo/email/events";
import type { Setup } from "./campaign.ts";
import type { Stack } from "./stack.ts";

/** A stream of SES's events during a campaign. */
export interface SesEvents {
  /** The number of events so far. */
  published(): number;
  /** Ends the stream. */
  stop(): Promise<void>;
}

// In ms: the longest time from a call to its event.
const EVERY = 1_000;
const BATCH = 100;
// Share of events that come twice.
const REPEATED = 0.1;

/**
 * Applies two events, Send and Delivery, for each copy that SES accepts, soon after the call. Each
 * comes once or twice, in any order.
 *
 * @param speaksOf whether a message has events, by our id. Default: all have.
 */
export function publishEvents(
  setup: Setup,
  { outbox, ses }: Pick<Stack, "outbox" | "ses">,
  speaksOf: (messageId: string) => boolean = () => true,
): SesEvents {
  const db = createDb(outbox.url, { poolSize: 1 });
  const spokenOf = new Set<string>();
  let published = 0;
  const over = new AbortController();

  async function publish(): Promise<void> {
    const events: SesEvent[] = [];
    for (const [messageId, { messageIds }] of Object.entries(await ses.tally())) {
      for (const sesMessageId of messageIds) {
        if (spokenOf.has(sesMessageId) || !speaksOf(messageId)) continue;
        spokenOf.add(sesMessageId);
        events.push(...["Send", "Delivery"].map((type) => event(type, messageId, sesMessageId)));
      }
    }
    events.push(...events.filter(() => setup.random() < REPEATED));
    const shuffled = events
      .map((each) => ({ each, at: setup.random() }))
      .toSorted((a, b) => a.at - b.at)
      .map(({ each }) => each);
    for (let i = 0; i < shuffled.length; i += BATCH) {
      await applyEvents(db, shuffled.slice(i, i + BATCH));
    }
    published += shuffled.length;
  }

  async function run(): Promise<void> {
    while (!over.signal.aborted) {
      await publish();
      await sleep(EVERY);
    }
  }
  const running = run();
  // `stop` reports the error.
  running.catch(() => undefined);
  async function stop(): Promise<void> {
    over.abort();
    try {
      await running;
    } finally {
      await db.$disconnect();
    }
  }
  setup.atEnd(() => stop().catch(() => undefined));
  return { published: () => published, stop };
}

function event(type: string, messageId: string, sesMessageId: string): SesEvent {
  return {
    type,
    messageId,
    sesMessageId,
    recipient: "person@example.com",
    dedupeKey: type,
    occurredAt: new Date(),
    detail: {},
  };
}
