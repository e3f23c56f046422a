import { setTimeout } from "node:timers/promises";
import { ClientError, type Connection } from "../connection.ts";
import type { Delivery, SesLocalEvent, Subscription } from "../events/event.ts";

/** Milliseconds between two checks whether the app has answered. */
export const EVERY = 100;

/** Milliseconds to wait for the app's answer. SNS waits 15 s. */
export const PATIENCE = 20_000;

/** The app's answers to an event, one for each attempt. */
export function answers({ deliveries }: SesLocalEvent): Delivery[] {
  return deliveries.filter(({ to }) => to === "webhook");
}

export function taken({ status }: Delivery): boolean {
  return status !== null && status >= 200 && status < 300;
}

/**
 * Waits for the app's next answer to the event. Without a subscribed webhook, it waits until the
 * event is in the queue.
 *
 * @param before how many answers the app had given before
 * @throws ClientError if that takes too long, or if ses-local no longer has the event
 */
export async function awaitAnswer(
  client: Connection,
  id: string,
  before: number,
  signal?: AbortSignal,
): Promise<SesLocalEvent> {
  const webhook = await hasWebhook(client);
  for (const end = Date.now() + PATIENCE; Date.now() < end; await setTimeout(EVERY)) {
    signal?.throwIfAborted();
    const event = (await client.events({}, signal)).find((each) => each.id === id);
    if (!event) throw new ClientError(`ses-local no longer has the event ${id}.`);
    if (webhook ? answers(event).length > before : event.deliveries.length > 0) return event;
  }
  throw new ClientError(
    `The event ${id} was not delivered within ${PATIENCE / 1000} s. Look at the faults on ${client.url}`,
  );
}

export async function webhookOf(client: Connection): Promise<Subscription | undefined> {
  return (await client.subscriptions()).find(({ protocol }) => protocol.startsWith("http"));
}

export async function hasWebhook(client: Connection): Promise<boolean> {
  return (await webhookOf(client))?.state === "confirmed";
}
