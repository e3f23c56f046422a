import { randomUUID } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import { type Db, listen } from "@repo/db";
import { type Payload, openAdditions } from "../content.ts";
import { EmailError } from "../error.ts";
import { attachEvents } from "../events/attach.ts";
import { createSealer } from "../seal.ts";
import { refused } from "../transports/outcome.ts";
import {
  CALL_TIMEOUT_MS,
  type OutgoingMessage,
  type SendResult,
  type Transport,
} from "../transports/transport.ts";
import { type Log, describe } from "./log.ts";
import { createMonitor } from "./monitor.ts";
import {
  type Claim,
  type ClaimOptions,
  type Claimed,
  type Settlement,
  type UnknownWait,
  claim,
  release,
  settle,
  sweep,
} from "./queue.ts";
import { markIdle } from "./status.ts";

export interface DelivererConfig {
  db: Db;
  transport: Transport;
  /** EMAIL_KEY, the same in every process that enqueues or delivers. */
  key: string;
  log: Log;
  /**
   * The database's own URL, to be woken when an email is queued. Without it, or behind a pooler
   * in transaction mode, the queue is looked at four times a second.
   */
  listenUrl?: string | undefined;
  /** Emails a second for all workers together; unset: what SES says, or else 14. */
  rate?: number | undefined;
  /** Only these are sent to: keys of addresses, and domains. */
  allowTo?: ClaimOptions["allowTo"];
  /** Gets what is not allowed; without `allowTo`, everything. */
  redirectTo?: string | undefined;
  /** Seconds until another worker takes over a dead one's messages; 30 by default. */
  lease?: number;
  /** Seconds that a message stays in doubt before its template's policy decides; 30 and 900 by default. */
  unknownWait?: UnknownWait;
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

export interface Deliverer {
  /**
   * Delivers until the signal aborts; then finishes what is on the wire and returns.
   *
   * @throws EmailError `LOOPBACK_ONLY` where the transport may not send to where it would
   */
  run(signal: AbortSignal): Promise<void>;
}

// A transport ends its own calls, and knows more of them: this is for one that does not.
const BATCH_TIMEOUT_MS = CALL_TIMEOUT_MS + 1_000;
// Claimed, rendered and sent at once: the most calls on the wire, and the most that a crash
// leaves in doubt. Calls that begin together cost a third less CPU each than calls that begin
// one by one: their answers come in few turns of the event loop.
const BATCH = 50;
const POLL_MS = 250;
const SWEEP_MS = 5_000;
// GetAccount allows one request a second for the whole account.
const REFRESH_MS = 60_000;
const DATABASE_RETRY_MS = 1_000;

/**
 * The loop that empties the outbox: claim a batch, render it, send it, settle it. Any number of
 * workers may run it on one database.
 */
export function createDeliverer({
  db,
  transport,
  key,
  log,
  listenUrl,
  rate,
  allowTo,
  redirectTo,
  lease = 30,
  unknownWait = { resend: 30, hold: 900 },
  render,
}: DelivererConfig): Deliverer {
  const sealer = createSealer(key);
  /** Calls whose events may have come before their settlement had committed. */
  const unattached: string[] = [];
  const monitor = createMonitor({ db, transport, log, rate });
  // A worker begins with one and takes twice as many after each full claim: one that dies of
  // what it renders or sends leaves little in doubt, however often it is started anew.
  let limit = 1;
  /** Leases of claims that nobody acts on, and their deadlines: stopped, or their answer was lost. */
  const unused = new Map<string, number>();

  async function giveBack(): Promise<void> {
    for (const [leaseId, deadline] of unused) {
      await release(db, leaseId);
      // Until then the server may not have come to the claim, or to its commit.
      if (performance.now() > deadline) unused.delete(leaseId);
    }
  }

  async function deliver(claimed: Claim, deadline: number): Promise<void> {
    const { messages, probing } = claimed;
    // All of them, before the first call begins.
    const prepared = messages.map(prepare);
    const timeout = createTimeout();
    const settlements = await Promise.all(
      prepared.map(async (one) =>
        "result" in one ? one : sendOne(one, deadline, timeout.expired),
      ),
    );
    timeout.clear();
    await persist(deadline, () => settle(db, claimed, settlements, unknownWait));
    for (const settled of settlements) {
      if (settled.result === "accepted") unattached.push(settled.sesMessageId);
    }
    if (probing) await monitor.probed(settlements);
  }

  /** What SES has answered must not be lost to a moment without the database. */
  async function persist(deadline: number, write: () => Promise<void>): Promise<void> {
    for (;;) {
      try {
        return await write();
      } catch (error) {
        const isLost = performance.now() > deadline;
        const then = isLost ? "its lease ends" : "trying again";
        log.error(describe(error), `what became of a batch cannot be recorded; ${then}`);
        if (isLost) return;
        await sleep(DATABASE_RETRY_MS);
      }
    }
  }

  /** Renders; a message that cannot be rendered waits for a repaired template or key. */
  function prepare(message: Claimed): Prepared | Settlement {
    const { id, attempt, template, category, to, allowed } = message;
    try {
      const payload = sealer.open(id, message.payload) as Payload;
      const content = render(template, payload.props);
      const outgoing = { id, template, category, to, ...openAdditions(payload), ...content };
      const isAway = redirectTo && !(allowTo && allowed);
      return { attempt, message: isAway ? redirected(outgoing, redirectTo) : outgoing };
    } catch (error) {
      const what = describe(error);
      log.error({ messageId: id, template, ...what }, "email cannot be rendered; kept for later");
      const { code, reason = "cannot be rendered" } = what;
      return { id, attempt, result: "unrendered", code, error: reason };
    }
  }

  async function sendOne(
    { attempt, message }: Prepared,
    deadline: number,
    expired: Promise<SendResult>,
  ): Promise<Settlement> {
    const { id, template } = message;
    // A process that was stopped since the claim: its lease may be another's by now.
    if (performance.now() + BATCH_TIMEOUT_MS > deadline) {
      return {
        id,
        attempt,
        result: "skipped",
        code: "LEASE_SHORT",
        error: "not enough lease left",
      };
    }
    const sent = await Promise.race([transport.send(message), expired]);
    report({ messageId: id, template, attempt }, sent);
    await monitor.saw(sent);
    return { id, attempt, ...sent };
  }

  function report(fields: object, sent: SendResult): void {
    if (sent.result === "accepted") {
      log.info({ ...fields, sesMessageId: sent.sesMessageId }, "email sent");
    } else {
      log.warn({ ...fields, result: sent.result, code: sent.code }, "email not sent");
    }
  }

  return {
    async run(signal) {
      const alarm = createAlarm(signal);
      const close = listenUrl && listen(listenUrl, "email_queued", alarm.ring);
      let nextSweep = 0;
      let refreshed = false;
      const refresh = setInterval(() => {
        monitor.refresh().catch((error: unknown) => {
          log.warn(describe(error), "the account's limits cannot be read; the last ones hold");
        });
      }, REFRESH_MS);

      /** @returns milliseconds until it is worth looking again */
      async function step(): Promise<number> {
        await giveBack();
        if (!refreshed) await monitor.refresh();
        refreshed = true;
        if (performance.now() >= nextSweep) {
          await sweep(db, lease, unknownWait);
          // Together rather than with each batch: 1.5 ms a call, mostly planning.
          await attachEvents(db, unattached.splice(0));
          nextSweep = performance.now() + SWEEP_MS;
        }
        // Before the claim: the database's own deadline is later than this one.
        const deadline = performance.now() + lease * 1000;
        const leaseId = randomUUID();
        unused.set(leaseId, deadline);
        const claimed = await claim(db, {
          leaseId,
          lease,
          limit,
          allowTo,
          redirect: redirectTo !== undefined,
        });
        for (const { id, template, reason } of claimed.settled) {
          log.warn({ messageId: id, template, reason }, "email closed unsent");
        }
        if (signal.aborted) return 0;
        unused.delete(leaseId);
        await monitor.sawQuota(claimed.isQuotaUsed);
        if (claimed.messages.length > 0) {
          await deliver(claimed, deadline);
          if (claimed.messages.length === limit) limit = Math.min(BATCH, limit * 2);
          return 0;
        }
        if (claimed.settled.length > 0) return 0;
        if (claimed.wait !== undefined) return claimed.wait * 1000;
        return listenUrl && (await markIdle(db)) ? 0 : POLL_MS;
      }

      try {
        while (!signal.aborted) {
          const pause = await step().catch((error: unknown) => {
            // Nothing will get better: to say so at once beats a worker that looks well.
            if (error instanceof EmailError && error.code === "LOOPBACK_ONLY") throw error;
            log.error(describe(error), "the queue cannot be read; trying again");
            return DATABASE_RETRY_MS;
          });
          if (pause > 0) await alarm.wait(pause);
        }
      } finally {
        clearInterval(refresh);
        await persist(Math.max(...unused.values()), giveBack);
        if (close) await close();
      }
    },
  };
}

/** An email ready for its call. */
interface Prepared {
  attempt: number;
  message: OutgoingMessage;
}

/**
 * One timer for the calls of a batch: whatever a transport waits for, and however slowly its
 * server answers, the batch ends.
 */
function createTimeout(): { expired: Promise<SendResult>; clear(): void } {
  const over = refused("unknown", "TIMEOUT", `no answer within ${BATCH_TIMEOUT_MS / 1000} s`);
  let timer: NodeJS.Timeout | undefined;
  const expired = new Promise<SendResult>((resolve) => {
    timer = setTimeout(() => resolve(over), BATCH_TIMEOUT_MS);
  });
  return { expired, clear: () => clearTimeout(timer) };
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

/** A sleep that ends early when it is rung for, also if that was before it began. */
function createAlarm(signal: AbortSignal) {
  let rung = false;
  let wake: (() => void) | undefined;
  const ring = () => {
    rung = true;
    wake?.();
  };
  signal.addEventListener("abort", ring, { once: true });
  return {
    ring,
    async wait(ms: number): Promise<void> {
      if (!rung) {
        const awake = new AbortController();
        wake = () => awake.abort();
        await sleep(ms, undefined, { signal: awake.signal }).catch(() => undefined);
        wake = undefined;
      }
      rung = false;
    },
  };
}
