import type { SentAdditions } from "../content.ts";
import { encodeWords, looksEncoded } from "../encoded-words.ts";
import { EmailError } from "../error.ts";
import { type Mailbox, parseMailbox } from "../mailbox.ts";
import type { Refused } from "./refusal.ts";

export type { Refusal } from "./refusal.ts";

/** A rendered email, ready for the wire. */
export interface OutgoingMessage extends SentAdditions {
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
 * The subject as a header takes it. What only looks like an encoded word would be shown decoded;
 * as an encoded word of ours it is shown as it is.
 */
export function subjectOf({ subject }: OutgoingMessage): string {
  return looksEncoded(subject) ? encodeWords(subject) : subject;
}

/**
 * Our headers, and those of the caller.
 *
 * Auto-Submitted tells responders not to answer (RFC 3834 section 5). A caller whose email a person
 * has typed sets it to "no". No `Precedence`: no RFC defines it, and `bulk` costs a place in the
 * inbox.
 */
export function headersOf({ id, headers = {} }: OutgoingMessage): Record<string, string> {
  const isSet = Object.keys(headers).some((name) => name.toLowerCase() === "auto-submitted");
  return {
    "X-Message-ID": id,
    ...(!isSet && { "Auto-Submitted": "auto-generated" }),
    ...headers,
  };
}

/** What became of one call. */
export type SendResult = { result: "accepted"; sesMessageId: string } | Refused;

/** What the account may send, as SES says it. */
export interface SendQuota {
  /** Emails a second. */
  maxSendRate: number;
  /** Emails in any 24 hours; undefined: without limit. */
  max24HourSend: number | undefined;
  sentLast24Hours: number;
  /** False while AWS, or the account's owner, has paused sending. */
  sendingEnabled: boolean;
}

/** The configuration sets that publish events of calls, as `REGION/NAME`. */
export interface EventSources {
  /** Of security mail. */
  security?: string | undefined;
  other?: string | undefined;
}

/** A way to hand messages over. */
export interface Transport {
  /** How many calls it makes at once. */
  readonly concurrency: number;
  /** Connections for more calls, while others are late. Default: none. */
  readonly spare?: number;
  /** Whose events speak of the calls; a transport without events has none. */
  eventSources?(): Promise<EventSources>;
  /**
   * Makes one call, never repeats it, and never throws.
   *
   * @param mayLeave asked as late as can be; false: nothing is sent, and the result is `skipped`
   */
  send(message: OutgoingMessage, mayLeave?: () => boolean): Promise<SendResult>;
  /**
   * Asks for the account's limits: once a second at the most, which is all that SES answers.
   *
   * @returns undefined where the transport cannot know them
   * @throws EmailError `QUOTA_ACCESS_DENIED`: the credentials may send only, so the rate must be
   *   configured; `QUOTA_UNAVAILABLE`; `LOOPBACK_ONLY`, which is the time to stop
   */
  quota(): Promise<SendQuota | undefined>;
  close(): void;
}

/** How long a call may take. The lease must outlast it. */
export const CALL_TIMEOUT_MS = 10_000;

/** What both transports are told of the sender. */
export interface SenderConfig {
  /** The From header, `Name <address>`, of every category without its own. */
  from: string;
  /** The From header of a category. */
  fromByCategory?: Record<string, string | undefined>;
  configurationSet?: string | undefined;
  /** For security mail: MaxDeliverySeconds belongs to the set, not to the message. */
  securityConfigurationSet?: string | undefined;
  /**
   * Nothing leaves this machine. Set it, but for production and where recipients are restricted.
   */
  loopbackOnly: boolean;
}

/** Who sends a category's email, and by which configuration set. */
export type Sender = (category: string) => {
  from: Mailbox;
  configurationSet: string | undefined;
};

/** @throws EmailError `INVALID_ADDRESS`, `INVALID_NAME`: a From that SES would refuse each message for */
export function createSender(config: SenderConfig): Sender {
  const standard = parseMailbox(config.from);
  const own = Object.entries(config.fromByCategory ?? {}).flatMap(
    ([category, from]): [string, Mailbox][] => (from ? [[category, parseMailbox(from)]] : []),
  );
  const byCategory = new Map(own);
  return (category) => ({
    from: byCategory.get(category) ?? standard,
    configurationSet:
      (category === "security" ? config.securityConfigurationSet : undefined) ??
      config.configurationSet,
  });
}

/** A host that is this machine, whatever a name server says. */
export function isLoopback(host: string): boolean {
  return /^(?:localhost|127(?:\.\d{1,3}){3}|::1|\[::1\])$/i.test(host);
}

/** @throws EmailError `LOOPBACK_ONLY` where email would go to another machine than this */
export function requireLoopback(host: string | undefined): void {
  if (host !== undefined && isLoopback(host)) return;
  throw new EmailError(
    "LOOPBACK_ONLY",
    "Email would leave this machine from a system that is not production. Restrict its recipients by EMAIL_ALLOW_TO or EMAIL_REDIRECT_TO, or set APP_ENV=production.",
  );
}
