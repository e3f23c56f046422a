/** A rendered email, ready for the wire. */
export interface OutgoingMessage {
  /** Our id: a tag and a header, by which events find their message. */
  id: string;
  template: string;
  category: string;
  to: string;
  subject: string;
  html: string;
  text: string;
}

/**
 * What became of one call.
 *
 * - `accepted`: taken over by SES.
 * - `permanent`: refused, and so will every repetition be.
 * - `throttled`, `quota`, `unreachable`: certainly not sent; later it may be.
 * - `paused`, `misconfigured`: certainly not sent, until a person changes something.
 * - `unknown`: it may have been sent. SES has no idempotency key, so a repetition may be a second copy.
 */
export type SendResult =
  { result: "accepted"; sesMessageId: string } | { result: Refusal; code: string; error: string };

export type Refusal =
  "permanent" | "throttled" | "quota" | "unreachable" | "paused" | "misconfigured" | "unknown";

/** A way to hand messages over: makes one call a message, never repeats it, and never throws. */
export interface Transport {
  send(message: OutgoingMessage): Promise<SendResult>;
  close(): void;
}

/** How long a call may take. The lease must outlast it. */
export const CALL_TIMEOUT_MS = 10_000;
