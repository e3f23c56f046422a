import type { Db } from "@repo/db";
import { type Decision, checkDecision } from "../decision.ts";
import { EmailError } from "../error.ts";
import type { PauseScope } from "../sending-status.ts";
import { recordAction } from "./actions.ts";

/**
 * Pauses sending until `resumeSending`. A claim reads the pause in its own statement, so no worker
 * claims a paused email after the commit. What was claimed before is still sent. Who did it, when
 * and why is stored.
 *
 * @throws EmailError `NO_REASON`
 */
export async function pauseSending(db: Db, scope: PauseScope, decision: Decision): Promise<void> {
  const { by, because } = checkDecision(decision);
  await db.$transaction(async (tx) => {
    await tx.$executeRaw`
      UPDATE sending_status SET paused = ${scope}, paused_at = now(), paused_by = ${by},
        paused_because = ${because}
      WHERE id = 1`;
    await recordAction(tx, { action: "pause", subject: scope, by, because });
  });
}

/**
 * Ends a pause. If sending is stopped for another reason, the next email is sent at once as a probe.
 * Who did it, when and why is stored.
 *
 * @param seen `since` of the pause that the operator knows. Default: whatever pause there is
 * @throws EmailError `NO_REASON`; `RESTORE_UNDECIDED` if a restore has stopped sending;
 *   `PAUSE_CHANGED` if there is a later pause than `seen`
 */
export async function resumeSending(db: Db, decision: Decision, seen?: Date): Promise<void> {
  const { by, because } = checkDecision(decision);
  await db.$transaction(async (tx) => {
    const [row] = await tx.$queryRaw<
      { paused: string | null; pausedAt: Date | null; stoppedBy: string | null }[]
    >`
      SELECT paused, paused_at AS "pausedAt", stopped_by AS "stoppedBy"
      FROM sending_status WHERE id = 1 FOR UPDATE`;
    if (row?.stoppedBy === "restored") throw undecided();
    if (seen && row?.pausedAt && row.pausedAt > seen) throw changed();
    await tx.$executeRaw`
      UPDATE sending_status SET paused = NULL, paused_at = NULL, paused_by = NULL,
        paused_because = NULL, resumed_at = now(),
        probe_at = CASE WHEN stopped_by IS NOT NULL THEN now() END
      WHERE id = 1`;
    await recordAction(tx, { action: "resume", subject: row?.paused ?? null, by, because });
  });
}

/**
 * Lowers the rate of all workers for a time. SES's own rate and its throttling stay in force too.
 * Who did it, when and why is stored.
 *
 * @param lowered emails a second, and until when; null ends it
 * @throws EmailError `NO_REASON`; `INVALID_RATE`
 */
export async function lowerRate(
  db: Db,
  lowered: { rate: number; until: Date } | null,
  decision: Decision,
): Promise<void> {
  const { by, because } = checkDecision(decision);
  if (lowered && !(lowered.rate > 0 && lowered.until > new Date())) {
    throw new EmailError(
      "INVALID_RATE",
      "A lower rate must be more than 0 emails a second, and end in the future.",
    );
  }
  const { rate = null, until = null } = lowered ?? {};
  const subject = lowered
    ? `${lowered.rate} a second until ${lowered.until.toISOString()}`
    : "ended";
  await db.$transaction(async (tx) => {
    await tx.$executeRaw`
      UPDATE sending_status SET lowered_rate = ${rate}, lowered_until = ${until},
        lowered_because = ${lowered ? because : null}
      WHERE id = 1`;
    await recordAction(tx, { action: "lower-rate", subject, by, because });
  });
}

function changed(): EmailError {
  return new EmailError(
    "PAUSE_CHANGED",
    "Sending was paused again meanwhile. Nothing was done. Read why, and decide again.",
  );
}

function undecided(): EmailError {
  return new EmailError(
    "RESTORE_UNDECIDED",
    "The database is a restored backup. Decide first what becomes of the email in it: pnpm email:restored, with --cancel or --send.",
  );
}
