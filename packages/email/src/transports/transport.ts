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
  headers?: Record<string, string>;
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
  | "permanent"
  | "unverified"
  | "throttled"
  | "quota"
  | "unreachable"
  | "paused"
  | "misconfigured"
  | "unknown";

/** A way to hand messages over: makes one call a message, never repeats it, and never throws. */
export interface Transport {
  send(message: OutgoingMessage): Promise<SendResult>;
  /** What the account may send; undefined where the transport cannot tell. */
  quota(): Promise<SendQuota | undefined>;
  close(): void;
}

export interface SendQuota {
  /** Emails a second. */
  maxSendRate: number;
  /** Undefined: no limit. */
  max24HourSend: number | undefined;
  sentLast24Hours: number;
  sendingEnabled: boolean;
}

/** How long a call may take. The lease must outlast it. */
export const CALL_TIMEOUT_MS = 10_000;

/** What both transports are told of the sender. */
export interface SenderConfig {
  /** The From header, `Name <address>`. */
  from: string;
  configurationSet?: string | undefined;
  /** For security mail: MaxDeliverySeconds belongs to the set, not to the message. */
  securityConfigurationSet?: string | undefined;
}

export function configurationSetFor(config: SenderConfig, category: string): string | undefined {
  const own = category === "security" ? config.securityConfigurationSet : undefined;
  return own ?? config.configurationSet;
}

/**
 * A refusal as it is kept: without the addresses that servers quote, and without what
 * PostgreSQL's text cannot hold.
 */
export function refusal(result: Refusal, code: string, text: string): SendResult {
  const error = text
    .replaceAll(/[^\s<>,:]+@[^\s<>,]+/g, "[address]")
    .replaceAll(/[\0\p{Surrogate}]/gu, "\ufffd")
    .slice(0, 500);
  return { result, code, error };
}
