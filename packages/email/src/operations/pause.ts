import type { Db, Tx } from "@repo/db";
import { type Decision, checkDecision } from "../decision.ts";
import { EmailError } from "../error.ts";
import type { PauseScope } from "../sending-status.ts";
import { recordAction } from "./actions.ts";
import { inUtc } from "./in-utc.ts";

/**
 * Pauses sending until `resumeSending`. A claim reads the pause in its own statement, so no worker
 * claims a paused email after the commit. What was claimed before is still sent. Who did it, when
 * and why is stored.
 *
 * @param seen `since` of the pause that the operator has seen; null: none. It is needed to turn a
 *   pause of everything into one of non-essential email
 * @throws EmailError `NO_REASON`; `PAUSE_CHANGED` if it would weaken a pause that was not seen
 */
export async function pauseSending(
  db: Db,
  scope: PauseScope,
  decision: Decision,
  seen?: Date | null,
): Promise<void> {
  const { by, because } = checkDecision(decision);
  await db.$transaction(async (tx) => {
    const { paused, pausedAt } = await lockStatus(tx);
    if (paused === "all" && scope !== "all" && !isSame(pausedAt, seen)) throw pauseChanged();
    await tx.$executeRaw`
      UPDATE sending_status SET paused = ${scope}, paused_at = now(), paused_by = ${by},
        paused_because = ${because}
      WHERE id = 1`;
    await recordAction(tx, { action: "pause", subject: scope, by, because });
  });
}

/**
 * Ends a pause. If sending is stopped for another reason, the next email is sent at once as a
 * probe. Who did it, when and why is stored.
 *
 * @param seen `since` of the pause that the operator has seen; null: none. Default: whatever pause
 *   there is
 * @throws EmailError `NO_REASON`; `RESTORE_UNDECIDED` if a restore has stopped sending;
 *   `PAUSE_CHANGED` if there is another pause than `seen`
 */
export async function resumeSending(db: Db, decision: Decision, seen?: Date | null): Promise<void> {
  const { by, because } = checkDecision(decision);
  await db.$transaction(async (tx) => {
    const { paused, pausedAt, stoppedBy } = await lockStatus(tx);
    if (stoppedBy === "restored") throw undecided();
    if (paused && seen !== undefined && !isSame(pausedAt, seen)) throw pauseChanged();
    await tx.$executeRaw`
      UPDATE sending_status SET paused = NULL, paused_at = NULL, paused_by = NULL,
        paused_because = NULL,
        resumed_at = CASE WHEN paused IS NULL THEN resumed_at ELSE now() END,
        probe_at = CASE WHEN stopped_by IS NOT NULL THEN now() END
      WHERE id = 1`;
    await recordAction(tx, { action: "resume", subject: paused, by, because });
  });
}

/** Emails a second: one in 17 minutes. To send nothing, pause. */
export const LOWEST_RATE = 0.001;

/** At most `rate` emails a second, for so many seconds. */
interface LowerRate {
  rate: number;
  seconds: number;
}

/**
 * Lowers the rate of all workers for a time. SES's own rate and its throttling stay in force too.
 * Who did it, when and why is stored.
 *
 * @param lowered null ends a lower rate
 * @param seen `until` of the lower rate that the operator has seen; null: none. Default: whatever
 *   there is
 * @returns until when, by PostgreSQL's clock; null if it has ended
 * @throws EmailError `NO_REASON`; `INVALID_RATE`; `RATE_CHANGED` if it would raise or shorten
 *   another lower rate than `seen`
 */
export async function lowerRate(
  db: Db,
  lowered: LowerRate | null,
  decision: Decision,
  seen?: Date | null,
): Promise<Date | null> {
  const { by, because } = checkDecision(decision);
  const { rate = LOWEST_RATE, seconds = 1 } = lowered ?? {};
  if (!(rate >= LOWEST_RATE && rate < Infinity && seconds > 0 && seconds < Infinity)) {
    throw new EmailError(
      "INVALID_RATE",
      `A lower rate must be at least ${LOWEST_RATE} emails a second, and end in the future.`,
    );
  }
  return await db.$transaction(async (tx) => {
    const status = await lockStatus(tx);
    const until = lowered && new Date(status.now.getTime() + lowered.seconds * 1000);
    const isWeaker =
      status.loweredUntil !== null &&
      (!lowered ||
        lowered.rate > (status.loweredRate ?? Infinity) ||
        (until !== null && until < status.loweredUntil));
    if (isWeaker && seen !== undefined && !isSame(status.loweredUntil, seen)) throw rateChanged();
    await tx.$executeRaw`
      UPDATE sending_status SET lowered_rate = ${lowered?.rate ?? null}, lowered_until = ${until},
        lowered_because = ${lowered ? because : null}
      WHERE id = 1`;
    const subject = lowered && until ? `${lowered.rate} a second until ${inUtc(until)}` : "ended";
    await recordAction(tx, { action: "lower-rate", subject, by, because });
    return until;
  });
}

interface Locked {
  now: Date;
  paused: PauseScope | null;
  pausedAt: Date | null;
  stoppedBy: string | null;
  /** Both null if the time of the lower rate is over. */
  loweredRate: number | null;
  loweredUntil: Date | null;
}

/** Locks and reads what operators and the rates have decided. Nobody changes it until the caller's commit. */
async function lockStatus(tx: Tx): Promise<Locked> {
  const [row] = await tx.$queryRaw<[Locked]>`
    SELECT now(), paused, paused_at AS "pausedAt", stopped_by AS "stoppedBy",
      CASE WHEN lowered_until > now() THEN lowered_rate END AS "loweredRate",
      CASE WHEN lowered_until > now() THEN lowered_until END AS "loweredUntil"
    FROM sending_status WHERE id = 1 FOR UPDATE`;
  return row;
}

const isSame = (at: Date | null, seen: Date | null | undefined) =>
  at !== null && seen?.getTime() === at.getTime();

function pauseChanged(): EmailError {
  return new EmailError(
    "PAUSE_CHANGED",
    "Somebody has paused sending meanwhile. Nothing was done. Read why, and decide again.",
  );
}

function rateChanged(): EmailError {
  return new EmailError(
    "RATE_CHANGED",
    "Somebody has lowered the rate meanwhile. Nothing was done. Read why, and decide again.",
  );
}

function undecided(): EmailError {
  return new EmailError(
    "RESTORE_UNDECIDED",
    "The database is a restored backup. Decide first what becomes of the email in it: pnpm email:restored, with --cancel or --send.",
  );
}
