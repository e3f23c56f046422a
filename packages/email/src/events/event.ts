import type { Prisma } from "@repo/db";

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

/**
 * `permanent`: the mailbox does not exist or refuses us. `soft`: this time it did not work.
 * `complaint`: the person does not want it. `not-spam`: a complaint was taken back. `message`: this
 * message did not arrive, and the mailbox is not to blame.
 */
export type Effect = "permanent" | "soft" | "complaint" | "not-spam" | "message";
