import type { Prisma, Tx } from "@repo/db";
import type { Effect } from "../suppression/effect.ts";

/**
 * The types that SES publishes, without spaces. infra/src/events/topic.ts names those that it
 * publishes to us.
 * https://docs.aws.amazon.com/ses/latest/dg/event-publishing-retrieving-sns-contents.html
 */
export const EVENT_TYPES = [
  "Send",
  "Delivery",
  "DeliveryDelay",
  "Bounce",
  "Complaint",
  "Reject",
  "RenderingFailure",
  "Subscription",
  "Open",
  "Click",
] as const;

/** An event of SES about one recipient, verified and parsed. */
export interface SesEvent {
  /** SES's id of the message. */
  sesMessageId: string;
  /** Our id, from the tag `message-id`; undefined if the event has none. */
  messageId?: string | undefined;
  /** As SES names it, without spaces: `Send`, `Delivery`, `Bounce`, `RenderingFailure`, … */
  type: string;
  recipient: string;
  /** The feedback id, or the event's time if SES gives none. */
  dedupeKey: string;
  occurredAt: Date;
  /** Details for a person to read, without bodies, headers, and the query strings of links. */
  detail: Prisma.JsonObject;
  /** The effect on the recipient; undefined if there is none. */
  effect?: Effect | undefined;
}

/** An event that has found its message. */
export interface AttachedEvent extends SesEvent {
  /** Ours. */
  messageId: string;
}

/**
 * What the app does about events, in the transaction that stores or attaches them. It gets each
 * event once, when the event has found its message. Use only `tx`, and be quick, because the
 * messages are locked meanwhile. If it throws, the transaction is rolled back, and each event is
 * tried again by itself.
 */
export type OnEvents = (tx: Tx, events: AttachedEvent[]) => Promise<void>;
