import type { Prisma, Tx } from "@repo/db";
import type { Effect } from "../suppression/effect.ts";

/** An event of SES about one recipient, verified and parsed. */
export interface SesEvent {
  /** SES's id of the message. */
  sesMessageId: string;
  /** Our id, out of the tag `message-id`; undefined where the event has none. */
  messageId?: string | undefined;
  /** As SES names it, without spaces: `Send`, `Delivery`, `Bounce`, `RenderingFailure`, … */
  type: string;
  recipient: string;
  /** The feedback id, or the event's time where SES gives none. */
  dedupeKey: string;
  occurredAt: Date;
  /** What is kept of it for people: no body, no header, no query string of a link. */
  detail: Prisma.JsonObject;
  /** What the event does to its recipient; undefined: nothing. */
  effect?: Effect | undefined;
}

/** An event that has found its message. */
export interface HeardEvent extends SesEvent {
  /** Ours. */
  messageId: string;
}

/**
 * What the app does about events, in the transaction that stores them with their outcome: each
 * event once, when it has found its message, which may be later than it came. Only with `tx`, and
 * quickly: the message is locked meanwhile. What throws leaves the event as it was; it is tried
 * again, alone, so that it holds back no other.
 */
export type OnEvents = (tx: Tx, events: HeardEvent[]) => Promise<void>;
