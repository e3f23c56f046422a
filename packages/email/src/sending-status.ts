import { type Db, Prisma, type SendingStatus as SendingStatusRow, type Tx } from "@repo/db";
import { currentRate, RESERVE, type StoppedBy } from "./pace.ts";
import { firstUuidAt } from "./uuid.ts";

/** The state of the sending account, which all workers share. */
export interface SendingStatus {
  /** Emails a second, now. Lower than `maxRate` for a while after SES has throttled. */
  rate: number;
  maxRate: number;
  /** Emails of the last 24 hours, and how many SES allows; null if no limit is known. */
  quota: { sent: number; max: number } | null;
  /** Null while email goes out. */
  stopped: Stopped | null;
  /** What an operator or the rates have paused; null if nothing. */
  paused: Paused | null;
  /** The lower rate that an operator has set; null if there is none. */
  lowered: Lowered | null;
}

/** `non-essential`: all but security mail. */
export type PauseScope = "all" | "non-essential";

/** A pause. Every message is kept, and only an operator ends it. */
export interface Paused {
  scope: PauseScope;
  since: Date;
  /** The operator, or `rates`. */
  by: string;
  because: string;
}

export interface Lowered {
  /** Emails a second. */
  rate: number;
  until: Date;
  because: string;
}

/** Sending is stopped; every message is kept. */
export interface Stopped {
  by: StoppedBy;
  since: Date | null;
  /** The server's answer, without addresses. It may name a role or an identity. For `restored`: why. */
  error: string | null;
  /** When the next probe is sent. Null without probes: for `restored`, and for a quota by our count. */
  probeAt: Date | null;
  /** For `quota`: when a part of it should be free again; null if other systems have used it. */
  expectedAt: Date | null;
  /** The next step for a person. */
  next: string;
}

const DAY = 24 * 60 * 60 * 1000;

/** The next step for a person: in the worker's log, on /readyz and /ops, and in commands. */
export const NEXT_STEP: Record<StoppedBy, string> = {
  paused:
    "AWS has paused sending. Read its message in the SES console (Account dashboard, Reputation metrics), fix the cause, and ask AWS to resume sending. Email then goes on by itself.",
  misconfigured:
    "Fix what the error names: the identity, the configuration set, the permission or the credentials. Email then goes on by itself. After a change of its environment, restart the worker.",
  quota:
    "The account's 24-hour quota is used up, except for the 5 % that are reserved for new passwords. Email goes on by itself when the oldest emails no longer count. Ask for a higher quota in the SES console (Account dashboard, Request a limit increase).",
  outage:
    "The server does not answer. Look at https://health.aws.amazon.com/health/status, then at the worker's network, region and endpoint. Email then goes on by itself.",
  restored:
    "This database is a restored backup, and what waits in it may have been sent already. Run pnpm email:restored, and decide with --cancel or --send. Email goes on only then.",
};

/** A condition: no restore waits for an operator's decision. Otherwise nothing is sent or judged. */
export const NO_RESTORE = Prisma.sql`NOT EXISTS (SELECT FROM sending_status WHERE stopped_by = 'restored')`;

/** When the last restore was noticed, or `-infinity`. What is older comes from the backup. */
export const RESTORED_AT = Prisma.sql`(SELECT COALESCE(restored_at, '-infinity') FROM sending_status)`;

/** Reads the state that all workers share. */
export async function sendingStatus(db: Db | Tx): Promise<SendingStatus> {
  const row = await db.sendingStatus.findUniqueOrThrow({ where: { id: 1 } });
  const { maxRate, max24Hours, sent24Hours, stoppedAt, stoppedError, probeAt } = row;
  // A used-up quota stops claims without `stopped_by`.
  const isUsedUp = max24Hours !== null && max24Hours * (1 - RESERVE) - sent24Hours < 1;
  const by = (row.stoppedBy as StoppedBy | null) ?? (isUsedUp ? "quota" : null);
  return {
    rate: await currentRate(db),
    maxRate,
    quota: max24Hours === null ? null : { sent: sent24Hours, max: max24Hours },
    stopped: by && {
      by,
      since: stoppedAt,
      error: stoppedError,
      probeAt,
      expectedAt: by === "quota" ? await quotaFreesAt(db) : null,
      next: NEXT_STEP[by],
    },
    paused: row.paused
      ? {
          scope: row.paused as PauseScope,
          since: row.pausedAt ?? new Date(0),
          by: row.pausedBy ?? "",
          because: row.pausedBecause ?? "",
        }
      : null,
    lowered: loweredOf(row),
  };
}

function loweredOf(row: SendingStatusRow): Lowered | null {
  const { loweredRate: rate, loweredUntil: until, loweredBecause: because } = row;
  if (rate === null || until === null || until <= new Date()) return null;
  return { rate, until, because: because ?? "" };
}

/** A day after the sending of the oldest email among those that were queued in the last 24 hours. */
async function quotaFreesAt(db: Db | Tx): Promise<Date | null> {
  const first = await db.message.findFirst({
    where: { id: { gte: firstUuidAt(new Date(Date.now() - DAY)) }, closedReason: "sent" },
    orderBy: { id: "asc" },
    select: { closedAt: true },
  });
  return first?.closedAt ? new Date(first.closedAt.getTime() + DAY) : null;
}
