import { setTimeout } from "node:timers/promises";
import { ClientError, type Connection } from "../connection.ts";
import type { Delivery, SesLocalEvent } from "../events/event.ts";

/** Milliseconds between two looks at an event that the app has not answered. */
export const EVERY = 100;

/** Milliseconds: an app that is there answers within them, and SNS gives it 15 s. */
export const PATIENCE = 20_000;

/** What the app has answered to an event, attempt by attempt. */
export function answers({ deliveries }: SesLocalEvent): Delivery[] {
  return deliveries.filter(({ to }) => to === "webhook");
}

export function taken({ status, error }: Delivery): boolean {
  return !error && status !== null && status >= 200 && status < 300;
}

/**
 * Waits until the app has answered the event more often than `before`, or, where no webhook is
 * subscribed, until it is handed to the queue.
 *
 * @throws ClientError where that takes too long, or ses-local no longer has the event
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
    `The event ${id} was handed to nobody within ${PATIENCE / 1000} s: see the faults on ${client.url}`,
  );
}

export async function hasWebhook(client: Connection): Promise<boolean> {
  const subscriptions = await client.subscriptions();
  return subscriptions.some(
    ({ protocol, state }) => protocol.startsWith("http") && state === "confirmed",
  );
}
