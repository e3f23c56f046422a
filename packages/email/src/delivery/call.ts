import { type Payload, openAdditions } from "../content.ts";
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
import { type Log, describe } from "./logger.ts";
import type { Settlement } from "./settle.ts";

/** A claimed message in a worker's hands. */
export interface Held extends Claimed {
  lease: Lease;
  /** The one message of a queue that is stopped. */
  isProbe: boolean;
}

/** What knows the templates. */
export interface Renderer {
  /**
   * Makes the email out of its template and the props that were queued, perhaps by an older
   * version. What throws is kept for later. The product's is in `@repo/templates/render`.
   */
  render(
    this: void,
    template: string,
    props: unknown,
  ): { subject: string; html: string; text: string };
}

export interface CallConfig extends Renderer {
  transport: Transport;
  sealer: Sealer;
  log: Log;
  /** Gets what is not allowed. */
  redirectTo: string | undefined;
  /** Is told of each answer. */
  saw(this: void, sent: SendResult, begun: number): Promise<void>;
}

// A transport ends its own calls, and knows more of them: this is for one that does not.
const TIMEOUT_MS = CALL_TIMEOUT_MS + 1_000;

/** Makes what renders a message and hands it to the transport, once. It never rejects. */
export function createCall({
  transport,
  sealer,
  log,
  redirectTo,
  render,
  saw,
}: CallConfig): (message: Held) => Promise<Settlement> {
  function prepare({ id, template, category, to, allowed, payload }: Held): OutgoingMessage {
    const opened = sealer.open(id, payload) as Payload;
    const content = render(template, opened.props);
    const outgoing = { id, template, category, to, ...openAdditions(opened), ...content };
    return redirectTo && !allowed ? redirected(outgoing, redirectTo) : outgoing;
  }

  return async function call(message) {
    const { id, template, attempt, lease } = message;
    let outgoing: OutgoingMessage;
    try {
      outgoing = prepare(message);
    } catch (error) {
      // It waits for a repaired template or key.
      const what = describe(error);
      log.error({ messageId: id, template, ...what }, "email cannot be rendered; kept for later");
      const { code, reason = "cannot be rendered" } = what;
      return unsent(message, "unrendered", code, reason);
    }
    // A process that was stopped since the claim: its lease may be another's by now.
    const mayLeave = () => lease.left() > TIMEOUT_MS;
    const short = () => unsent(message, "skipped", "LEASE_SHORT", "not enough lease left");
    if (!mayLeave()) return short();
    const begun = performance.now();
    const sent = await inTime(transport.send(outgoing, mayLeave));
    if (sent.result === "skipped") return short();
    const fields = { messageId: id, template, attempt };
    if (sent.result === "accepted") {
      log.info({ ...fields, sesMessageId: sent.sesMessageId }, "email sent");
    } else {
      log.warn({ ...fields, result: sent.result, code: sent.code }, "email not sent");
    }
    await saw(sent, begun);
    return { ...settlementOf(message), ...sent };
  };
}

/** What becomes of a message that is not called for. */
export function unsent(
  message: Held,
  result: "skipped" | "unrendered",
  code: string,
  error: string,
): Settlement {
  return { ...settlementOf(message), result, code, error };
}

function settlementOf({ id, attempt, claimedAt }: Held) {
  return { id, attempt, claimedAt };
}

/** Whatever a transport waits for, and however slowly its server answers, the call ends. */
async function inTime(sending: Promise<SendResult>): Promise<SendResult> {
  let timer: NodeJS.Timeout | undefined;
  const over = new Promise<SendResult>((resolve) => {
    const late = refused("unknown", "TIMEOUT", `no answer within ${TIMEOUT_MS / 1000} s`);
    timer = setTimeout(() => resolve(late), TIMEOUT_MS);
  });
  return Promise.race([sending, over]).finally(() => clearTimeout(timer));
}

/** To the one address that a staging system may write to; who it was for is in sight. */
function redirected(message: OutgoingMessage, to: string): OutgoingMessage {
  return {
    ...message,
    to,
    subject: `[to ${message.to}] ${message.subject}`,
    headers: { ...message.headers, "X-Original-To": message.to },
  };
}
