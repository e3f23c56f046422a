import type { Db } from "@repo/db";
import { errorFields } from "@repo/errors/log";
import { EmailError } from "../error.ts";
import { NEXT_STEP, sendingStatus } from "../sending-status.ts";
import { type Refusal, type SendResult, type Transport } from "../transports/transport.ts";
import type { Log } from "./logger.ts";
import type { Settlement } from "./settle.ts";
import {
  DEFAULT_RATE,
  endStop,
  isQuotaKnown,
  probeNow,
  setLimits,
  slowDown,
  stopSending,
  type StoppedBy,
} from "../pace.ts";

// Calls in a row without an answer that stop sending. Further calls would only be in doubt too.
const OUTAGE = 10;

const STOPS: Partial<Record<Refusal, StoppedBy>> = {
  paused: "paused",
  misconfigured: "misconfigured",
  quota: "quota",
};

/** Watches the results of calls, and updates the row that all workers share. */
export interface Monitor {
  /** Asks SES for the account's limits. */
  refresh(): Promise<void>;
  /**
   * Notes the result of a call. Slows sending down, or stops it, if the result says so.
   *
   * @param begun when the call began, by `performance.now()`
   */
  onResult(sent: SendResult, begun: number): Promise<void>;
  /** Resolves once all results are stored. A claim before that would not know of a stop. */
  recorded(): Promise<void>;
  /** Notes whether the daily quota is used up, and logs when that changes. */
  onQuota(isUsed: boolean | undefined): Promise<void>;
  /** Resumes sending if the probe was answered. */
  onProbe(settlement: Settlement): Promise<void>;
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
  /** When the newest of the accepted calls began. */
  let accepted = -Infinity;
  let wasQuotaUsed = false;
  let recording: Promise<unknown> = Promise.resolve();

  async function stop(by: StoppedBy, code: string, error: string): Promise<void> {
    if (!(await stopSending(db, by, `${code}: ${error}`))) return;
    log.error(
      { stoppedBy: by, code, error, next: NEXT_STEP[by] },
      "sending stopped; every email is kept",
    );
  }

  /** Never rejects. Several may run at once. */
  async function record(write: () => Promise<void>): Promise<void> {
    const written = write().catch((error: unknown) =>
      log.error(errorFields(error), "the sending status cannot be recorded"),
    );
    recording = Promise.all([recording, written]);
    await written;
  }

  return {
    async refresh() {
      let isAnswered = true;
      const quota = await transport.quota().catch((error: unknown) => {
        // LOOPBACK_ONLY ends the worker. After other errors the last limits stay in force. With
        // credentials that may only send, the configured limits are in force.
        if (!(error instanceof EmailError) || error.code === "LOOPBACK_ONLY") throw error;
        log.warn({ code: error.code }, error.message);
        isAnswered = !error.retryable;
        return undefined;
      });
      // SES was asked too often, or answered too late. The last quota stays in force, because
      // storing none would lift its limit.
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

    async onResult(sent, begun) {
      if (sent.result === "accepted") accepted = Math.max(accepted, begun);
      const isLost = sent.result === "unknown" || sent.result === "unreachable";
      // A later call was accepted: this one hung by itself.
      if (isLost && begun < accepted) return;
      failures = isLost ? failures + 1 : 0;
      if (sent.result === "accepted") return;
      // Also after each further ten: another worker's probe may have resumed sending meanwhile.
      const isOutage = failures > 0 && failures % OUTAGE === 0;
      const by = STOPS[sent.result] ?? (isOutage ? "outage" : undefined);
      if (by) await record(() => stop(by, sent.code, sent.error));
      else if (sent.result === "throttled") await record(() => slowDown(db));
    },

    async recorded() {
      await recording;
    },

    async onQuota(isUsed) {
      if (isUsed === undefined || isUsed === wasQuotaUsed) return;
      const { quota, stopped } = await sendingStatus(db);
      wasQuotaUsed = isUsed;
      if (!isUsed) return log.info({ quota }, "the quota is free again: sending goes on");
      log.error(
        { stoppedBy: "quota", quota, expectedAt: stopped?.expectedAt, next: NEXT_STEP.quota },
        "sending stopped; every email is kept",
      );
    },

    async onProbe({ result }) {
      if (!["accepted", "permanent", "throttled", "deferred", "unverified"].includes(result))
        return;
      failures = 0;
      if (await endStop(db)) log.info({}, "sending goes on");
    },
  };
}
