import type { Db } from "@repo/db";
import { recordAction } from "./actions.ts";
import { type Period, readTotal } from "./rates.ts";
import { THRESHOLDS, percent } from "./thresholds.ts";

// The first shows a bad day. The second also shows an account that never sends enough in a day.
const PERIODS: Period[] = ["24h", "7d"];

/**
 * Pauses all but security mail if bounces or complaints have reached AWS's review threshold. Only
 * an operator ends the pause: while it lasts, the rate falls by itself, although the list that
 * caused it is still bad. After a resume, only the hours that begin later count.
 *
 * @returns why it has paused; undefined if it has not
 */
export async function pauseByRates(db: Db): Promise<string | undefined> {
  const status = await db.sendingStatus.findUniqueOrThrow({ where: { id: 1 } });
  if (status.paused !== null) return undefined;
  const { resumedAt } = status;
  for (const period of PERIODS) {
    const total = await readTotal(db, period, resumedAt);
    const because = reasonOf(period, total);
    if (because === undefined) continue;
    const isPaused = await db.$transaction(async (tx) => {
      // Another worker, or an operator, may have been quicker.
      const paused = await tx.$executeRaw`
        UPDATE sending_status SET paused = 'non-essential', paused_at = now(), paused_by = 'rates',
          paused_because = ${because}
        WHERE id = 1 AND paused IS NULL AND resumed_at IS NOT DISTINCT FROM ${resumedAt}`;
      if (paused === 0) return false;
      await recordAction(tx, {
        action: "pause",
        subject: "non-essential",
        by: "rates",
        because,
      });
      return true;
    });
    return isPaused ? because : undefined;
  }
  return undefined;
}

type Total = Awaited<ReturnType<typeof readTotal>>;

function reasonOf(period: Period, total: Total): string | undefined {
  const { accepted, bounced, complained, bounceLevel, complaintLevel } = total;
  const { bounces, complaints } = THRESHOLDS;
  if (isReached(bounceLevel)) {
    return `${bounced} of ${accepted} emails in ${period} bounced; AWS reviews accounts at ${percent(bounces.review)}`;
  }
  if (isReached(complaintLevel)) {
    return `${complained} of ${accepted} emails in ${period} were complained about; AWS reviews accounts at ${percent(complaints.review)}`;
  }
  return undefined;
}

const isReached = (level: Total["bounceLevel"]) => level === "review" || level === "pause";
