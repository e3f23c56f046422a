import { setTimeout } from "node:timers/promises";
import { EVERY, PATIENCE, answers, hasWebhook, taken } from "./answer.ts";
import type { Connection } from "../connection.ts";
import type { Delivery, SesLocalEvent } from "../events/event.ts";

/** Seconds that one request waits for an event. */
const WAIT = 30;

/**
 * Yields every event from now on, once for each answer of the app. Without a subscribed webhook, it
 * yields each event once, without an answer. It ends when the signal aborts, and throws its reason.
 *
 * @throws ClientError if ses-local no longer answers
 */
export async function* follow(
  client: Connection,
  signal: AbortSignal,
): AsyncGenerator<[SesLocalEvent, Delivery | undefined]> {
  // The newest finished event. Nothing more is yielded about it and the events before it.
  let after = (await client.events({}, signal))[0]?.id;
  /** How many answers to each event have been yielded. */
  const told = new Map<string, number>();

  for (;;) {
    const wait = told.size > 0 ? 0 : WAIT;
    const events = await client.events({ ...(after && { after }), wait }, signal);
    const webhook = events.length === 0 || (await hasWebhook(client));
    let complete = true;
    for (const event of events.reverse()) {
      const before = told.get(event.id) ?? 0;
      const news = answers(event).slice(before);
      for (const delivery of news) yield [event, delivery];
      if (!webhook && before === 0 && news.length === 0 && event.deliveries.length > 0) {
        yield [event, undefined];
        told.set(event.id, 1);
      } else told.set(event.id, before + news.length);
      complete &&= isOver(event, webhook);
      if (complete) {
        told.delete(event.id);
        after = event.id;
      }
    }
    if (!complete) await setTimeout(EVERY, undefined, { signal });
  }
}

/** Whether no further answer can come: the app has accepted the event, or the retries are over. */
function isOver(event: SesLocalEvent, webhook: boolean): boolean {
  if (Date.now() - Date.parse(event.at) > 3 * PATIENCE) return true;
  return webhook ? answers(event).some(taken) : event.deliveries.length > 0;
}
