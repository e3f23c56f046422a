import type { SentAdditions } from "../content.ts";
import { encodeWords, looksEncoded } from "../encoded-words.ts";
import { EmailError } from "../error.ts";
import { type Mailbox, parseMailbox } from "../mailbox.ts";
import type { Refused } from "./refusal.ts";

export type { Refusal } from "./refusal.ts";

/** A rendered email, ready for the wire. */
export interface OutgoingMessage extends SentAdditions {
  /** Our id. It is sent as a tag and a header, and events find their message by it. */
  id: string;
  template: string;
  category: string;
  to: string;
  subject: string;
  html: string;
  text: string;
}

/**
 * The subject for the header. A mailer would decode a subject that looks like an encoded word. So
 * it is encoded, and the mailer shows it as it is.
 */
export function subjectOf({ subject }: OutgoingMessage): string {
  return looksEncoded(subject) ? encodeWords(subject) : subject;
}

/**
 * Our headers, and those of the caller.
 *
 * Auto-Submitted tells responders not to answer (RFC 3834 section 5). For an email that a person
 * has written, the caller sets it to "no". There is no `Precedence`: no RFC defines it, and `bulk`
 * may keep an email out of the inbox.
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

/** The account's limits, as SES tells them. */
export interface SendQuota {
  /** Emails a second. */
  maxSendRate: number;
  /** Emails in any 24 hours; undefined if there is no limit. */
  max24HourSend: number | undefined;
  sentLast24Hours: number;
  /** False while AWS, or the account's owner, has paused sending. */
  sendingEnabled: boolean;
}

/** The configuration sets that publish events about calls, as `REGION/NAME`. */
export interface EventSources {
  /** For security mail. */
  security?: string | undefined;
  /** For all other mail. */
  other?: string | undefined;
}

/** A way to send messages. */
export interface Transport {
  /** How many calls it makes at once. */
  readonly concurrency: number;
  /** How many more calls it makes while others are late. Default: 0. */
  readonly spare?: number;
  /** The configuration sets of its calls. A transport without events lacks this method. */
  eventSources?(): Promise<EventSources>;
  /**
   * Makes one call, never repeats it, and never throws.
   *
   * @param mayLeave called as late as possible. If it returns false, nothing is sent, and the result
   *   is `skipped`. Sending by SMTP does not call it
   */
  send(message: OutgoingMessage, mayLeave?: () => boolean): Promise<SendResult>;
  /**
   * Asks for the account's limits. SES allows one such call a second.
   *
   * @returns undefined if the transport cannot know them
   * @throws EmailError `QUOTA_ACCESS_DENIED`: the credentials may only send, so the rate must be
   *   configured; `QUOTA_UNAVAILABLE`; `LOOPBACK_ONLY`: the worker must end
   */
  quota(): Promise<SendQuota | undefined>;
  close(): void;
}

/** How long a call may take. The lease must outlast it. */
export const CALL_TIMEOUT_MS = 10_000;

/** The sender's configuration, for both transports. */
export interface SenderConfig {
  /** The From header, `Name <address>`, of every category without its own. */
  from: string;
  /** The From header of a category. */
  fromByCategory?: Record<string, string | undefined>;
  configurationSet?: string | undefined;
  /** For security mail. It is a set of its own because MaxDeliverySeconds is a setting of the set. */
  securityConfigurationSet?: string | undefined;
  /**
   * Nothing may leave this machine. Set it outside production, except if recipients are restricted.
   */
  loopbackOnly: boolean;
}

/** The sender and the configuration set of a category's email. */
export type Sender = (category: string) => {
  from: Mailbox;
  configurationSet: string | undefined;
};

/** @throws EmailError `INVALID_ADDRESS`, `INVALID_NAME` if a From is not a mailbox */
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

/** Whether a host is this machine, whatever a name server says. */
export function isLoopback(host: string): boolean {
  return /^(?:localhost|127(?:\.\d{1,3}){3}|::1|\[::1\])$/i.test(host);
}

/** @throws EmailError `LOOPBACK_ONLY` if the host is another machine */
export function requireLoopback(host: string | undefined): void {
  if (host !== undefined && isLoopback(host)) return;
  throw new EmailError(
    "LOOPBACK_ONLY",
    "Email would leave this machine from a system that is not production. Restrict its recipients by EMAIL_ALLOW_TO or EMAIL_REDIRECT_TO, or set APP_ENV=production.",
  );
}
