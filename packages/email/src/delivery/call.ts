import { errorFields } from "@repo/errors/log";
import { type Payload, openAdditions } from "../content.ts";
import { canBeTurnedOff } from "../preferences/categories.ts";
import type { Optional, PreferenceLinks } from "../preferences/links.ts";
import type { Sealer } from "../seal.ts";
import { refused } from "../transports/refusal.ts";
import {
  CALL_TIMEOUT_MS,
  type OutgoingMessage,
  type SendResult,
  type Transport,
} from "../transports/transport.ts";
import type { Claimed } from "./claim.ts";
import type { Lease } from "./lease.ts";
import type { Log } from "./logger.ts";
import type { Settlement } from "./settle.ts";

/** A message that a worker has claimed and not settled yet. */
export interface InFlight extends Claimed {
  lease: Lease;
  /** Sending is stopped, and this message is the probe. */
  isProbe: boolean;
}

/** Turns templates into emails. */
export interface Renderer {
  /**
   * Renders a template with the props that were queued, perhaps by an older version of the app. If
   * it throws, the message is kept for later. It gets the reader's language, and falls back to
   * another one by itself. The product's is in `@repo/templates/render`.
   *
   * @param links where the recipient turns the email off, if its category can be turned off
   */
  render(
    this: void,
    template: string,
    props: unknown,
    locale: string | undefined,
    links?: ReturnType<PreferenceLinks["of"]>,
  ): { subject: string; html: string; text: string };
}

export interface CallConfig extends Renderer {
  transport: Transport;
  sealer: Sealer;
  log: Log;
  /** Gets the email of recipients that are not allowed. */
  redirectTo: string | undefined;
  optional: Optional | undefined;
  /** Called with the result of each call, and the time when the call began. */
  onResult(this: void, sent: SendResult, begun: number): Promise<void>;
}

// A transport ends its own calls, with a better error. This limit is for a transport that does not.
const TIMEOUT_MS = CALL_TIMEOUT_MS + 1_000;

/** Creates a function that renders a message and makes one call to send it. It never rejects. */
export function createCall({
  transport,
  sealer,
  log,
  redirectTo,
  optional,
  render,
  onResult,
}: CallConfig): (message: InFlight) => Promise<Settlement> {
  function prepare({ id, template, category, to, allowed, payload }: InFlight): OutgoingMessage {
    const opened = sealer.open(id, payload) as Payload;
    const isOptional = optional && canBeTurnedOff(optional.categories, category);
    const links = isOptional ? optional.links.of(to, category, opened.locale) : undefined;
    const content = render(template, opened.props, opened.locale, links);
    const added = openAdditions(opened);
    const headers = { ...added.headers, ...(links && unsubscribeHeaders(links.unsubscribe)) };
    const outgoing = { id, template, category, to, ...added, headers, ...content };
    return redirectTo && !allowed ? redirected(outgoing, redirectTo) : outgoing;
  }

  return async function call(message) {
    const { id, template, attempt, lease } = message;
    let outgoing: OutgoingMessage;
    try {
      outgoing = prepare(message);
    } catch (error) {
      // It is tried again later. Meanwhile somebody must repair the template or the key.
      const what = errorFields(error);
      log.error({ messageId: id, template, ...what }, "email cannot be rendered; kept for later");
      const { code, reason = "cannot be rendered" } = what;
      return withoutCall(message, "unrendered", code, reason);
    }
    // The process may have been suspended since the claim, and another worker may have the message now.
    const mayLeave = () => lease.left() > TIMEOUT_MS;
    const skip = () => withoutCall(message, "skipped", "LEASE_SHORT", "not enough lease left");
    if (!mayLeave()) return skip();
    const begun = performance.now();
    const sent = await inTime(transport.send(outgoing, mayLeave));
    if (sent.result === "skipped") return skip();
    const fields = { messageId: id, template, attempt };
    if (sent.result === "accepted") {
      log.info({ ...fields, sesMessageId: sent.sesMessageId }, "email sent");
    } else {
      const what = sent.result === "unknown" ? "email in doubt" : "email not sent";
      log.warn({ ...fields, result: sent.result, code: sent.code }, what);
    }
    await onResult(sent, begun);
    return { ...settlementOf(message), ...sent };
  };
}

/**
 * With these, a mailbox shows its own button to unsubscribe (RFC 2369, RFC 8058). It posts to the
 * link.
 */
function unsubscribeHeaders(link: string): Record<string, string> {
  return {
    "List-Unsubscribe": `<${link}>`,
    "List-Unsubscribe-Post": "List-Unsubscribe=One-Click",
  };
}

/** The settlement of a message for which no call was made. */
export function withoutCall(
  message: InFlight,
  result: "skipped" | "unrendered",
  code: string,
  error: string,
): Settlement {
  return { ...settlementOf(message), result, code, error };
}

function settlementOf({ id, attempt, claimedAt }: InFlight) {
  return { id, attempt, claimedAt };
}

/** Ends a call in time, whatever the transport waits for. */
async function inTime(sending: Promise<SendResult>): Promise<SendResult> {
  let timer: NodeJS.Timeout | undefined;
  const over = new Promise<SendResult>((resolve) => {
    const late = refused("unknown", "TIMEOUT", `no answer within ${TIMEOUT_MS / 1000} s`);
    timer = setTimeout(() => resolve(late), TIMEOUT_MS);
  });
  return Promise.race([sending, over]).finally(() => clearTimeout(timer));
}

/** Redirects an email to `to`. The subject and a header name the original recipient. */
function redirected(message: OutgoingMessage, to: string): OutgoingMessage {
  return {
    ...message,
    to,
    subject: `[to ${message.to}] ${message.subject}`,
    headers: { ...message.headers, "X-Original-To": message.to },
  };
}
