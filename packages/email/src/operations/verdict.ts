import type { Db, Tx } from "@repo/db";
import { type SendingStatus, sendingStatus } from "../sending-status.ts";
import {
  type Open,
  type LastError,
  type Waiting,
  readOpen,
  readErrors,
  readLastEvent,
  readWaiting,
} from "./waiting.ts";
import { inUtc } from "./in-utc.ts";
import { type Unrendered, findUnrendered } from "./unrendered.ts";
import { type WorkerStatus, readWorkers } from "./workers.ts";

/**
 * Why email is slowed or stopped: a `StoppedBy`; no worker runs; emails cannot be rendered; an
 * operator or the rates have paused it; an operator has lowered the rate; SES throttles; or little of
 * the quota is left.
 */
export type Cause =
  | "no-worker"
  | "unrendered"
  | "pause"
  | "pause-non-essential"
  | NonNullable<SendingStatus["stopped"]>["by"]
  | "lowered-rate"
  | "throttled"
  | "quota-low";

/** What a person on call must know first. */
export interface Verdict {
  at: Date;
  sending: "sending" | "slowed" | "stopped";
  /** Null while email goes out at full speed. */
  cause: Cause | null;
  /** A clause that ends the sentence "Sending is stopped because …", without an address. */
  why: string | null;
  since: Date | null;
  /** The next step, as a sentence. */
  next: string | null;
  /**
   * The server's answer, if it has stopped sending, or why emails cannot be rendered. For operators
   * only: it may name a role.
   */
  error: string | null;
  /** The workers of the last day, the most recently seen first. */
  workers: WorkerStatus[];
  /** What waits, by category, the oldest first. */
  waiting: Waiting[];
  /** What is not closed, by state. */
  open: Open;
  lastEvent: Date | null;
  /** The last error of each code, newest first. */
  errors: LastError[];
  status: SendingStatus;
}

/** Reads how sending goes. Its cost does not depend on the length of the log. */
export async function readVerdict(db: Db | Tx, now = new Date()): Promise<Verdict> {
  const [status, workers, unrendered, waiting, open, lastEvent, errors] = await Promise.all([
    sendingStatus(db),
    readWorkers(db),
    findUnrendered(db),
    readWaiting(db),
    readOpen(db),
    readLastEvent(db),
    readErrors(db),
  ]);
  const judged = judge(status, workers, unrendered);
  const all = { workers, waiting, open, lastEvent, errors, status };
  const fine = { sending: "sending" as const, cause: null, why: null, since: null, next: null };
  return { at: now, ...fine, error: null, ...judged, ...all };
}

type Judged = Pick<Verdict, "sending" | "cause" | "why" | "since" | "next"> & {
  error?: string | null;
};

/** The first cause that applies. The worst comes first. */
function judge(
  status: SendingStatus,
  workers: WorkerStatus[],
  unrendered: Unrendered | null,
): Judged | undefined {
  const { stopped, paused, lowered, quota, rate, maxRate } = status;
  const slowed = "slowed" as const;
  if (!workers.some(({ isAlive }) => isAlive)) {
    return {
      sending: "stopped",
      cause: "no-worker",
      why: "no worker runs",
      since: workers[0]?.seenAt ?? null,
      next: "Start the worker. If it has ended by itself, its log says why.",
    };
  }
  // It comes before the pause, because sending stays stopped after the pause ends.
  if (stopped) {
    const { by, since, next, error } = stopped;
    return { sending: "stopped", cause: by, why: WHY[by], since, next, error };
  }
  // An operator knows of a pause, and perhaps not of these.
  if (unrendered && paused?.scope !== "all") return { cause: "unrendered", ...unrendered };
  if (paused) {
    const { since, because, by } = paused;
    const isAll = paused.scope === "all";
    const what = isAll ? "it" : "all email but security mail";
    return {
      sending: isAll ? "stopped" : slowed,
      cause: isAll ? "pause" : "pause-non-essential",
      why: `${by === "rates" ? "the rates have" : `${by} has`} paused ${what}: ${because}`,
      since,
      next:
        by === "rates"
          ? "Find what bounces or is complained about, stop sending it, and then resume sending."
          : "Resume sending when the reason is gone.",
    };
  }
  if (lowered) {
    return {
      sending: slowed,
      cause: "lowered-rate",
      why: `an operator has lowered the rate to ${lowered.rate} a second until ${inUtc(lowered.until)}: ${lowered.because}`,
      since: null,
      next: "Nothing: the full rate comes back by itself at that time.",
    };
  }
  if (rate < maxRate * THROTTLED) {
    return {
      sending: slowed,
      cause: "throttled",
      why: "SES has refused calls as too fast",
      since: null,
      next: "Nothing: the full rate comes back by itself within half a minute. If it stays, other programs send from this account too, or EMAIL_RATE is above SES's rate.",
    };
  }
  if (quota && quota.sent > quota.max * QUOTA_LOW) {
    return {
      sending: slowed,
      cause: "quota-low",
      why: `${quota.sent} of the ${quota.max} emails that SES allows in 24 hours are sent`,
      since: null,
      next: "Ask for a higher quota in the SES console (Account dashboard, Request a limit increase), or send less today.",
    };
  }
  return undefined;
}

// Shares of the maximum.
const THROTTLED = 0.9;
const QUOTA_LOW = 0.8;

/** Ends the sentence "Sending is stopped because …". */
export const WHY: Record<NonNullable<SendingStatus["stopped"]>["by"], string> = {
  paused: "AWS has paused it",
  misconfigured: "SES refuses every email",
  quota: "the 24-hour quota is used up",
  outage: "the server does not answer",
  restored: "the database is a restored backup",
};
