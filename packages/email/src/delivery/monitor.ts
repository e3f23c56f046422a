import type { Db } from "@repo/db";
import { EmailError } from "../error.ts";
import { NEXT_STEP, type StoppedBy, sendingStatus } from "../sending-status.ts";
import { type Refusal, type SendResult, type Transport } from "../transports/transport.ts";
import { type Log, describe } from "./logger.ts";
import type { Settlement } from "./settle.ts";
import { isQuotaKnown, probeNow, resumeSending, setLimits, slowDown, stopSending } from "./pace.ts";

// The rate most accounts have out of the sandbox, where SES cannot be asked.
const DEFAULT_RATE = 14;
// Calls in a row without an answer, after which the next ones would only be in doubt as well.
const OUTAGE = 10;
// In ms. A call that began so long before another one was accepted hung by itself.
const HUNG = 5_000;

const STOPS: Partial<Record<Refusal, StoppedBy>> = {
  paused: "paused",
  misconfigured: "misconfigured",
  quota: "quota",
};

/** Watches what the calls answer, and keeps the row that all workers share true to it. */
export interface Monitor {
  /** Asks SES for the account's limits. */
  refresh(): Promise<void>;
  /**
   * Takes note of one call's result; slows down, or stops sending, where that is due.
   *
   * @param begun when it began, as `performance.now()` has it
   */
  saw(sent: SendResult, begun: number): Promise<void>;
  /** Resolves once what it has seen is recorded: until then a claim would not know of a stop. */
  recorded(): Promise<void>;
  /** Takes note of whether the daily quota holds email back; says so when that changes. */
  sawQuota(isUsed: boolean | undefined): Promise<void>;
  /** Lets the queue go on when its probe was answered. */
  probed(settlement: Settlement): Promise<void>;
}

export function createMonitor({
  db,
  transport,
  log,
  rate,
}: {
  db: Db;
  transport: Transport;
  log: Log;
  rate: number | undefined;
}): Monitor {
  let failures = 0;
  let acceptedAt = -Infinity;
  let wasQuotaUsed = false;
  let recording = Promise.resolve();

  async function stop(by: StoppedBy, code: string, error: string): Promise<void> {
    if (!(await stopSending(db, by, `${code}: ${error}`))) return;
    log.error(
      { stoppedBy: by, code, error, next: NEXT_STEP[by] },
      "sending stopped; every email is kept",
    );
  }

  async function keep(record: () => Promise<void>): Promise<void> {
    try {
      await record();
    } catch (error) {
      log.error(describe(error), "the sending status cannot be recorded");
    }
  }

  return {
    async refresh() {
      let isAnswered = true;
      const quota = await transport.quota().catch((error: unknown) => {
        // Nothing may leave this machine: the time to stop. Else the last limits hold, or the
        // configured ones: a worker that may only send has no other.
        if (!(error instanceof EmailError) || error.code === "LOOPBACK_ONLY") throw error;
        log.warn({ code: error.code }, error.message);
        isAnswered = !error.retryable;
        return undefined;
      });
      // SES was asked too often, or answered too late. The quota of before still holds: without
      // one, the limits that follow from it would be lifted.
      if (!isAnswered && (await isQuotaKnown(db))) return;
      await setLimits(db, {
        maxRate: rate ?? quota?.maxSendRate ?? DEFAULT_RATE,
        max24Hours: quota?.max24HourSend,
        sent24Hours: quota?.sentLast24Hours ?? 0,
      });
      if (quota?.sendingEnabled === false) {
        await stop("paused", "SendingEnabled", "GetAccount says that the account does not send");
      } else if (quota) {
        await probeNow(db);
      }
    },

    async saw(sent, begun) {
      if (sent.result === "accepted") acceptedAt = performance.now();
      const isLost = sent.result === "unknown" || sent.result === "unreachable";
      if (isLost && begun < acceptedAt - HUNG) return;
      failures = isLost ? failures + 1 : 0;
      if (sent.result === "accepted") return;
      // Again at each further ten: another worker's probe may have let the queue go on.
      const isOutage = failures > 0 && failures % OUTAGE === 0;
      const by = STOPS[sent.result] ?? (isOutage ? "outage" : undefined);
      if (by) recording = keep(() => stop(by, sent.code, sent.error));
      else if (sent.result === "throttled") recording = keep(() => slowDown(db));
      await recording;
    },

    recorded: () => recording,

    async sawQuota(isUsed) {
      if (isUsed === undefined || isUsed === wasQuotaUsed) return;
      const { quota, stopped } = await sendingStatus(db);
      wasQuotaUsed = isUsed;
      if (!isUsed) return log.info({ quota }, "the quota has freed: sending goes on");
      log.error(
        { stoppedBy: "quota", quota, expectedAt: stopped?.expectedAt, next: NEXT_STEP.quota },
        "sending stopped; every email is kept",
      );
    },

    async probed({ result }) {
      if (!["accepted", "permanent", "throttled", "deferred", "unverified"].includes(result))
        return;
      failures = 0;
      if (await resumeSending(db)) log.info({}, "sending goes on");
    },
  };
}
