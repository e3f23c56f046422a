import type { Db, Tx } from "@repo/db";
import { firstUuidAt } from "./uuid.ts";

/** What all workers share of the sending account. */
export interface SendingStatus {
  /** Emails a second: now, and when SES has not throttled lately. */
  rate: number;
  maxRate: number;
  /** Emails of the last 24 hours and how many SES allows; null where no limit is known. */
  quota: { sent: number; max: number } | null;
  /** Null while email goes out. */
  stopped: Stopped | null;
}

/** Why the whole queue stands still. */
export type StoppedBy = "paused" | "misconfigured" | "quota" | "outage";

/** The queue stands still; every message is kept. */
export interface Stopped {
  by: StoppedBy;
  since: Date | null;
  /** What the server answered: no address, but perhaps the name of a role or an identity. */
  error: string | null;
  /** When one message goes out to see whether the cause is gone. */
  probeAt: Date | null;
  /** By `quota`: when some of it should be free again; null where others have used it. */
  expectedAt: Date | null;
  /** What a person does about it. */
  next: string;
}

/** Share of the daily quota that only templates with `reserve` may use: their priority is 0. */
export const RESERVE = 0.05;

const DAY = 24 * 60 * 60 * 1000;

/** What a person does about it: the same in the worker's log, on /readyz and in `pnpm email:log`. */
export const NEXT_STEP: Record<StoppedBy, string> = {
  paused:
    "AWS has paused sending: read its message in the SES console (Account dashboard, Reputation metrics), mend the cause, and have it resumed there. Email goes on by itself.",
  misconfigured:
    "Mend what the error names: the identity, the configuration set, the permission or the credentials. Email goes on by itself, or, after a change of the worker's environment, with its restart.",
  quota:
    "The account's quota of 24 hours is used up, but for a twentieth that is kept for new passwords: email goes on by itself as it frees. For a higher one ask in the SES console (Account dashboard, Request a limit increase).",
  outage:
    "The server does not answer: look at https://health.aws.amazon.com/health/status, then at the worker's network, region and endpoint. Email goes on by itself.",
};

/** What holds for all workers. */
export async function sendingStatus(db: Db | Tx): Promise<SendingStatus> {
  const row = await db.sendingStatus.findUniqueOrThrow({ where: { id: 1 } });
  const { rate, maxRate, max24Hours, sent24Hours, stoppedAt, stoppedError, probeAt } = row;
  // The claim itself holds back what SES would refuse: nobody has stopped the queue.
  const isUsedUp = max24Hours !== null && max24Hours * (1 - RESERVE) - sent24Hours < 1;
  const by = (row.stoppedBy as StoppedBy | null) ?? (isUsedUp ? "quota" : null);
  return {
    rate,
    maxRate,
    quota: max24Hours === null ? null : { sent: sent24Hours, max: max24Hours },
    stopped: by && {
      by,
      since: stoppedAt,
      error: stoppedError,
      probeAt,
      expectedAt: by === "quota" ? await whenItFrees(db) : null,
      next: NEXT_STEP[by],
    },
  };
}

/** A day after the first email that was both queued and sent in the last 24 hours. */
async function whenItFrees(db: Db | Tx): Promise<Date | null> {
  const first = await db.message.findFirst({
    where: { id: { gte: firstUuidAt(new Date(Date.now() - DAY)) }, closedReason: "sent" },
    orderBy: { id: "asc" },
    select: { closedAt: true },
  });
  return first?.closedAt ? new Date(first.closedAt.getTime() + DAY) : null;
}
