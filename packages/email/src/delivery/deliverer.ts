import { randomUUID } from "node:crypto";
import { setImmediate as nextTurn, setTimeout as sleep } from "node:timers/promises";
import { type Db, listen } from "@repo/db";
import { errorFields } from "@repo/errors/log";
import { EmailError } from "../error.ts";
import { attachEvents } from "../events/attach.ts";
import type { OnEvents } from "../events/event.ts";
import type { Keys } from "../keys.ts";
import { foldCounts } from "../operations/fold.ts";
import type { Optional } from "../preferences/links.ts";
import { createSealer } from "../seal.ts";
import type { EventSources, Transport } from "../transports/transport.ts";
import { createAlarm } from "./alarm.ts";
import { type InFlight, type Renderer, createCall, withoutCall } from "./call.ts";
import { type ClaimOptions, claim, release } from "./claim.ts";
import { type EvidenceRules, patienceOf } from "./evidence.ts";
import { createJudge } from "./judgement.ts";
import { type Lease, createLease } from "./lease.ts";
import type { Log } from "./logger.ts";
import { createMonitor } from "./monitor.ts";
import { createRestoreWatch } from "./restore-watch.ts";
import type { DoubtSeconds } from "./retry.ts";
import { type Settlement, settle } from "./settle.ts";
import { markIdle } from "../pace.ts";
import { sweep } from "./sweep.ts";
import { type Room, createWindow } from "./window.ts";

/**
 * Called when emails were closed unsent: the recipient is suppressed, has turned the category off or
 * is not allowed, the email has expired, or it was refused for good. It is called at most once for
 * each email. If the process ends before that, it is not called later. Its errors are logged.
 */
export type OnUnsent = (emails: { template: string; to: string }[]) => Promise<void>;

export interface DelivererConfig extends Renderer {
  db: Db;
  transport: Transport;
  /** EMAIL_KEY, the same in every process that enqueues or delivers. */
  keys: Keys;
  log: Log;
  /**
   * The database's own URL, to be woken when an email is queued. Without it, or behind a pooler in
   * transaction mode, the worker only looks at the queue four times a second.
   */
  listenUrl?: string | undefined;
  /** Emails a second, for all workers together. Default: SES's rate, or 14 if it is not known. */
  rate?: number | undefined;
  /** The only recipients: keys of addresses, and domains. Default: everyone. */
  allowTo?: ClaimOptions["allowTo"];
  /** Gets the email of recipients that are not allowed; without `allowTo`, all email. */
  redirectTo?: string | undefined;
  /** The categories, and the links of email that people can turn off. Default: none can be. */
  optional?: Optional | undefined;
  /** Finds the opt-outs of erased addresses. Default: they are not looked for. */
  pseudonyms?: ClaimOptions["pseudonyms"];
  /** Seconds until another worker takes over the messages of a dead one. Default: 30. */
  lease?: number;
  /** What the app does about events that came before their call was settled. */
  onEvents?: OnEvents | undefined;
  /** Called each time that nothing is due, or sending is stopped. */
  onIdle?: (() => void) | undefined;
  /** What the app does about emails that were closed without being sent. */
  onUnsent?: OnUnsent | undefined;
  /**
   * Seconds that a message stays in doubt before its template's policy decides. Default: 30 for
   * `resend`, 900 for `hold`.
   */
  doubtSeconds?: DoubtSeconds;
  /** When SES's events prove that a message in doubt was not sent. Default: never. */
  evidence?: EvidenceRules | undefined;
}

export interface Deliverer {
  /**
   * Delivers until the signal aborts. Then it finishes the calls that have begun, and returns.
   *
   * @throws EmailError `LOOPBACK_ONLY` if the transport may not send to its endpoint
   */
  run(signal: AbortSignal): Promise<void>;
  /** Milliseconds since it last looked at the queue, or was created. */
  sinceLastLook(): number;
}

// All in ms.
const POLL = 250;
const SWEEP = 5_000;
// GetAccount allows one request a second for the whole account.
const REFRESH = 60_000;
const DATABASE_RETRY = 1_000;
// After such a gap between two looks at the queue, the database may have been replaced.
const GAP = 5_000;
// How long answers are kept after their lease while the database cannot store them. A failover takes
// one or two minutes. A worker that takes longer fails /healthz, and may be killed.
const KEPT_ANSWERS = 120_000;

/**
 * Creates the loop that empties the outbox. It claims as much as the window has room for. The
 * window makes the calls and settles them. Any number of workers may run on one database.
 */
export function createDeliverer({
  db,
  transport,
  keys,
  log,
  listenUrl,
  rate,
  allowTo,
  redirectTo,
  optional,
  pseudonyms,
  lease = 30,
  doubtSeconds = { resend: 30, hold: 900 },
  evidence,
  onEvents,
  onIdle,
  onUnsent,
  render,
}: DelivererConfig): Deliverer {
  /** SES's ids of calls whose events may have come before they were settled. */
  const unattached: string[] = [];
  const monitor = createMonitor({ db, transport, log, rate });
  const restores = createRestoreWatch({ db, log });
  const judge = evidence && createJudge({ db, log, lease, rules: evidence });
  /** Claims to release: the worker was stopped, or the claim's answer was lost. By lease id. */
  const unusedClaims = new Map<string, Lease>();
  const allDoubtSeconds = { ...doubtSeconds, evidence: evidence && patienceOf(evidence) };
  let eventSources: EventSources | undefined;
  let nextSweep = 0;
  let lastLook = performance.now();
  /** Whether a message in flight was judged unsent before. The next claim then takes no other one. */
  let hasJudged = false;
  let isStopped = false;

  const window = createWindow<InFlight, Settlement>({
    concurrency: transport.concurrency,
    spare: transport.spare ?? 0,
    bytesOf: ({ payload }) => payload.length,
    call: createCall({
      transport,
      sealer: createSealer(keys),
      log,
      redirectTo,
      optional,
      render,
      onResult: (sent, begun) => monitor.onResult(sent, begun),
    }),
    skip: (message) => withoutCall(message, "skipped", "STOPPED", "the worker was stopped"),
    settle: record,
  });

  /** Settles calls. It never rejects. */
  async function record(ended: { item: InFlight; result: Settlement }[]): Promise<void> {
    const settlements = ended.map(({ result }) => result);
    // A late answer ends the doubt. So it outlives its lease, unless the worker is stopped.
    const left = () =>
      Math.max(...ended.map(({ item }) => item.lease.left())) + (isStopped ? 0 : KEPT_ANSWERS);
    const failed = new Set(await persist(left, () => settle(db, settlements, allDoubtSeconds)));
    if (ended.some(({ item }) => item.isJudged)) hasJudged = false;
    for (const settlement of settlements) {
      if (settlement.result === "accepted") unattached.push(settlement.sesMessageId);
    }
    const probe = ended.find(({ item }) => item.isProbe);
    if (probe) await persist(left, () => monitor.onProbe(probe.result));
    await tellUnsent(ended.flatMap(({ item }) => (failed.has(item.id) ? [item] : [])));
  }

  async function tellUnsent(emails: { template: string; to: string }[]): Promise<void> {
    if (!onUnsent || emails.length === 0) return;
    try {
      await onUnsent(emails.map(({ template, to }) => ({ template, to })));
    } catch (error) {
      log.error(errorFields(error), "onUnsent has failed; it is not called again for these emails");
    }
  }

  /** Tries until no time is left, so that an outage of the database loses no answer of SES. */
  async function persist<T>(
    left: () => number,
    write: () => Promise<T>,
    what = "the results of calls cannot be stored",
  ): Promise<T | undefined> {
    for (;;) {
      try {
        return await write();
      } catch (error) {
        const isLost = left() < 0;
        const then = isLost ? "they are given up" : "trying again";
        log.error(errorFields(error), `${what}; ${then}`);
        if (isLost) return undefined;
        await sleep(DATABASE_RETRY);
      }
    }
  }

  async function releaseUnused(): Promise<void> {
    for (const [leaseId, claimed] of unusedClaims) {
      await release(db, leaseId);
      // Before the end of its lease, the claim may still commit.
      if (claimed.left() < 0) unusedClaims.delete(leaseId);
    }
  }

  async function housekeep(): Promise<void> {
    if (performance.now() < nextSweep) return;
    await sweep(db, lease, allDoubtSeconds);
    if (judge) await judge.run();
    // Once for many settlements, because each call costs a statement.
    const sesMessageIds = unattached.splice(0);
    const { failed } = await attachEvents(db, { sesMessageIds, onEvents });
    for (const { event, error } of failed) {
      const fields = { messageId: event.messageId, type: event.type, ...errorFields(error) };
      log.error(fields, "onEvents has failed for an event; it is tried again within an hour");
    }
    // Email is more important than its counts.
    await foldCounts(db).catch((error: unknown) =>
      log.error(errorFields(error), "the counts by hour cannot be written; trying again"),
    );
    nextSweep = performance.now() + SWEEP;
  }

  /** @returns milliseconds until the next claim makes sense */
  async function claimMore({ messages: limit, bytes }: Room, signal: AbortSignal): Promise<number> {
    const claimLease = createLease(lease);
    const leaseId = randomUUID();
    unusedClaims.set(leaseId, claimLease);
    const claimed = await claim(db, {
      leaseId,
      lease,
      limit,
      maxBytes: bytes,
      allowTo,
      redirect: redirectTo !== undefined,
      categories: optional?.categories,
      pseudonyms,
      eventSources,
      takesJudged: !hasJudged,
    });
    lastLook = performance.now();
    for (const { id, template, reason } of claimed.closed) {
      log.warn({ messageId: id, template, reason }, "email closed unsent");
    }
    await tellUnsent(claimed.closed.filter(({ reason }) => reason !== "unknown"));
    if (signal.aborted) return 0;
    unusedClaims.delete(leaseId);
    const { messages, pace } = claimed;
    const isProbe = pace?.probing ?? false;
    hasJudged ||= messages.some(({ isJudged }) => isJudged);
    window.add(messages.map((message) => ({ ...message, lease: claimLease, isProbe })));
    await monitor.onQuota(pace?.isQuotaUsed);
    // Lets the calls leave before the next claim.
    await nextTurn();
    if (messages.length > 0 || claimed.closed.length > 0) return 0;
    if (pace?.secondsToNext != null) return pace.secondsToNext * 1000;
    const mustLookAgain = listenUrl && (await markIdle(db));
    if (!mustLookAgain) onIdle?.();
    return mustLookAgain ? 0 : POLL;
  }

  return {
    sinceLastLook: () => performance.now() - lastLook,

    async run(signal) {
      const alarm = createAlarm(signal);
      const stop = () => {
        isStopped = true;
        window.close();
      };
      signal.addEventListener("abort", stop, { once: true });
      const close = listenUrl && listen(listenUrl, "email_queued", alarm.ring);
      let refreshed = false;
      const refresh = setInterval(() => {
        monitor.refresh().catch((error: unknown) => {
          log.warn(
            errorFields(error),
            "the account's limits cannot be read; the last ones stay in force",
          );
        });
      }, REFRESH);

      async function step(): Promise<number> {
        // First, because all other steps trust what the database says.
        if (performance.now() - lastLook > GAP) restores.lookAgain();
        await restores.run();
        await releaseUnused();
        eventSources ??= await transport.eventSources?.();
        if (!refreshed) await monitor.refresh();
        refreshed = true;
        await housekeep();
        const room = await window.room();
        await monitor.recorded();
        return signal.aborted ? 0 : claimMore(room, signal);
      }

      try {
        while (!signal.aborted) {
          const pause = await step().catch((error: unknown) => {
            // This error is permanent. The worker ends, so that nobody takes it for a healthy one.
            if (error instanceof EmailError && error.code === "LOOPBACK_ONLY") throw error;
            log.error(errorFields(error), "the queue cannot be read; trying again");
            restores.lookAgain();
            return DATABASE_RETRY;
          });
          if (pause > 0) await alarm.wait(pause);
        }
      } finally {
        clearInterval(refresh);
        window.close();
        await window.drained();
        await persist(
          () => Math.max(...[...unusedClaims.values()].map((claimed) => claimed.left())),
          releaseUnused,
          "claims that nobody uses cannot be released",
        );
        if (close) await close();
      }
    },
  };
}
