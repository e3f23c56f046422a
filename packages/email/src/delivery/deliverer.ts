import { randomUUID } from "node:crypto";
import { setImmediate as turn, setTimeout as sleep } from "node:timers/promises";
import { type Db, listen } from "@repo/db";
import { EmailError } from "../error.ts";
import { attachEvents } from "../events/attach.ts";
import type { OnEvents } from "../events/event.ts";
import { createSealer } from "../seal.ts";
import type { EventSources, Transport } from "../transports/transport.ts";
import { createAlarm } from "./alarm.ts";
import { type Held, type Renderer, createCall, unsent } from "./call.ts";
import { type ClaimOptions, claim, release } from "./claim.ts";
import { type EvidenceRules, patienceOf } from "./evidence.ts";
import { createJudgement } from "./judgement.ts";
import { type Lease, createLease } from "./lease.ts";
import { type Log, describe } from "./logger.ts";
import { createMonitor } from "./monitor.ts";
import type { UnknownWait } from "./retry.ts";
import { type Settlement, settle } from "./settle.ts";
import { markIdle } from "./pace.ts";
import { sweep } from "./sweep.ts";
import { type Room, createWindow } from "./window.ts";

export interface DelivererConfig extends Renderer {
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
  /** What the app does about events: those of a send that had not committed when they came. */
  onEvents?: OnEvents | undefined;
  /** Seconds that a message stays in doubt before its template's policy decides; 30 and 900 by default. */
  unknownWait?: UnknownWait;
  /** When SES's events show that a message in doubt had not been sent; not given: never. */
  evidence?: EvidenceRules | undefined;
}

export interface Deliverer {
  /**
   * Delivers until the signal aborts; then finishes what is on the wire and returns.
   *
   * @throws EmailError `LOOPBACK_ONLY` where the transport may not send to where it would
   */
  run(signal: AbortSignal): Promise<void>;
}

// All in ms.
const POLL = 250;
const SWEEP = 5_000;
// GetAccount allows one request a second for the whole account.
const REFRESH = 60_000;
const DATABASE_RETRY = 1_000;

/**
 * The loop that empties the outbox: it claims what the window has room for. The window makes the
 * calls and settles what has ended. Any number of workers may run it on one database.
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
  evidence,
  onEvents,
  render,
}: DelivererConfig): Deliverer {
  /** Calls whose events may have come before their settlement had committed. */
  const unattached: string[] = [];
  const monitor = createMonitor({ db, transport, log, rate });
  const judgement = evidence && createJudgement({ db, log, lease, rules: evidence });
  /** Leases of claims that nobody acts on: stopped, or their answer was lost. */
  const unused = new Map<string, Lease>();
  const waits = { ...unknownWait, evidence: evidence && patienceOf(evidence) };
  let eventSources: EventSources | undefined;
  let nextSweep = 0;
  let holdsJudged = false;

  const window = createWindow<Held, Settlement>({
    concurrency: transport.concurrency,
    spare: transport.spare ?? 0,
    bytesOf: ({ payload }) => payload.length,
    call: createCall({
      transport,
      sealer: createSealer(key),
      log,
      redirectTo,
      render,
      saw: (sent, begun) => monitor.saw(sent, begun),
    }),
    skip: (message) => unsent(message, "skipped", "STOPPED", "the worker was stopped"),
    settle: record,
  });

  /** Records what became of calls. It never rejects. */
  async function record(ended: { item: Held; result: Settlement }[]): Promise<void> {
    const settlements = ended.map(({ result }) => result);
    const left = () => Math.max(...ended.map(({ item }) => item.lease.left()));
    await persist(left, () => settle(db, settlements, waits));
    if (ended.some(({ item }) => item.isJudged)) holdsJudged = false;
    for (const settled of settlements) {
      if (settled.result === "accepted") unattached.push(settled.sesMessageId);
    }
    const probe = ended.find(({ item }) => item.isProbe);
    if (probe) await persist(left, () => monitor.probed(probe.result));
  }

  /** What SES has answered must not be lost to a moment without the database. */
  async function persist(left: () => number, write: () => Promise<void>): Promise<void> {
    for (;;) {
      try {
        return await write();
      } catch (error) {
        const isLost = left() < 0;
        const then = isLost ? "its lease ends" : "trying again";
        log.error(describe(error), `what became of emails cannot be recorded; ${then}`);
        if (isLost) return;
        await sleep(DATABASE_RETRY);
      }
    }
  }

  async function giveBack(): Promise<void> {
    for (const [leaseId, claimed] of unused) {
      await release(db, leaseId);
      // Until then the server may not have come to the claim, or to its commit.
      if (claimed.left() < 0) unused.delete(leaseId);
    }
  }

  async function keepUp(): Promise<void> {
    if (performance.now() < nextSweep) return;
    await sweep(db, lease, waits);
    if (judgement) await judgement.keepUp();
    // Together rather than with each settlement: 1.5 ms a call, mostly planning.
    const sesMessageIds = unattached.splice(0);
    const { failed } = await attachEvents(db, { sesMessageIds, onEvents });
    for (const { event, error } of failed) {
      const fields = { messageId: event.messageId, type: event.type, ...describe(error) };
      log.error(fields, "onEvents has failed for an event; again within an hour");
    }
    nextSweep = performance.now() + SWEEP;
  }

  /** @returns milliseconds until it is worth looking again */
  async function fill({ messages: limit, bytes }: Room, signal: AbortSignal): Promise<number> {
    const held = createLease(lease);
    const leaseId = randomUUID();
    unused.set(leaseId, held);
    const claimed = await claim(db, {
      leaseId,
      lease,
      limit,
      maxBytes: bytes,
      allowTo,
      redirect: redirectTo !== undefined,
      eventSources,
      takesJudged: !holdsJudged,
    });
    for (const { id, template, reason } of claimed.closed) {
      log.warn({ messageId: id, template, reason }, "email closed unsent");
    }
    if (signal.aborted) return 0;
    unused.delete(leaseId);
    const { messages, pace } = claimed;
    const isProbe = pace?.probing ?? false;
    holdsJudged ||= messages.some(({ isJudged }) => isJudged);
    window.add(messages.map((message) => ({ ...message, lease: held, isProbe })));
    await monitor.sawQuota(pace?.isQuotaUsed);
    // The calls leave before the next claim is made.
    await turn();
    if (messages.length > 0 || claimed.closed.length > 0) return 0;
    if (pace?.wait != null) return pace.wait * 1000;
    return listenUrl && (await markIdle(db)) ? 0 : POLL;
  }

  return {
    async run(signal) {
      const alarm = createAlarm(signal);
      signal.addEventListener("abort", () => window.close(), { once: true });
      const close = listenUrl && listen(listenUrl, "email_queued", alarm.ring);
      let refreshed = false;
      const refresh = setInterval(() => {
        monitor.refresh().catch((error: unknown) => {
          log.warn(describe(error), "the account's limits cannot be read; the last ones hold");
        });
      }, REFRESH);

      async function step(): Promise<number> {
        await giveBack();
        eventSources ??= await transport.eventSources?.();
        if (!refreshed) await monitor.refresh();
        refreshed = true;
        await keepUp();
        const room = await window.room();
        await monitor.recorded();
        return signal.aborted ? 0 : fill(room, signal);
      }

      try {
        while (!signal.aborted) {
          const pause = await step().catch((error: unknown) => {
            // Nothing will get better: to say so at once beats a worker that looks well.
            if (error instanceof EmailError && error.code === "LOOPBACK_ONLY") throw error;
            log.error(describe(error), "the queue cannot be read; trying again");
            return DATABASE_RETRY;
          });
          if (pause > 0) await alarm.wait(pause);
        }
      } finally {
        clearInterval(refresh);
        window.close();
        await window.drained();
        await persist(() => Math.max(...[...unused.values()].map((held) => held.left())), giveBack);
        if (close) await close();
      }
    },
  };
}
