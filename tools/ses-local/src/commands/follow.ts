import { setTimeout } from "node:timers/promises";
import { EVERY, PATIENCE, answers, hasWebhook, taken } from "./answer.ts";
import type { Connection } from "../connection.ts";
import type { Delivery, SesLocalEvent } from "../events/event.ts";

/** Seconds that one request waits for an event. */
const WAIT = 30;

/**
 * Every event from now on, once for each answer of the app; without an answer where no webhook is
 * subscribed. Ends by the signal, with its reason.
 *
 * @throws ClientError where ses-local no longer answers
 */
export async function* follow(
  client: Connection,
  signal: AbortSignal,
): AsyncGenerator<[SesLocalEvent, Delivery | undefined]> {
  // All up to here is told to its end.
  let after = (await client.events({}, signal))[0]?.id;
  /** How many answers of an event were told. */
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

/** Nothing more is heard of it: it was taken, or nobody tries any longer. */
function isOver(event: SesLocalEvent, webhook: boolean): boolean {
  if (Date.now() - Date.parse(event.at) > 3 * PATIENCE) return true;
  return webhook ? answers(event).some(taken) : event.deliveries.length > 0;
}
