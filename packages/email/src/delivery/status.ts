import { type Db, Prisma } from "@repo/db";
import type { StoppedBy } from "../sending-status.ts";

// The row that all workers share; `claim` in queue.ts takes its tokens.

/** The account's limits, as GetAccount tells them or the configuration sets them. */
export interface Limits {
  /** Emails a second. */
  maxRate: number;
  /** Undefined: none is known. */
  max24Hours: number | undefined;
  sent24Hours: number;
}

// Seconds until the first probe of a queue that has just stopped.
const FIRST_PROBE = 2;
// An eighth is left of the rate after seven throttlings; a twentieth always is.
const SLOW_DOWN = 0.7;
const SLOWEST = 0.05;

/** Takes over what the account may send. */
export async function setLimits(db: Db, limits: Limits): Promise<void> {
  const { maxRate, max24Hours = null, sent24Hours } = limits;
  await db.query(Prisma.sql`
    UPDATE sending_status SET
      rate = CASE WHEN rate >= max_rate THEN ${maxRate} ELSE LEAST(rate, ${maxRate}) END,
      max_rate = ${maxRate}, max_24_hours = ${max24Hours}, sent_24_hours = ${sent24Hours}
    WHERE id = 1`);
}

/** Whether SES has told how many emails it sends in a day. */
export async function isQuotaKnown(db: Db): Promise<boolean> {
  const status = await db.sendingStatus.findUnique({ where: { id: 1 } });
  return status !== null && status.max24Hours !== null;
}

/**
 * Halts the queue for all workers; one message at a time then probes whether it may go on.
 *
 * @returns whether this is news
 */
export async function stopSending(db: Db, by: StoppedBy, error: string): Promise<boolean> {
  const changed = await db.query(Prisma.sql`
    UPDATE sending_status SET stopped_by = ${by}, stopped_error = ${error}, stopped_at = now(),
      probes = 0, probe_at = now() + ${FIRST_PROBE} * interval '1 second'
    WHERE id = 1 AND stopped_by IS DISTINCT FROM ${by} RETURNING id`);
  return changed.length > 0;
}

/** @returns whether it had been stopped */
export async function resumeSending(db: Db): Promise<boolean> {
  const changed = await db.query(Prisma.sql`
    UPDATE sending_status SET stopped_by = NULL, stopped_error = NULL, stopped_at = NULL,
      probes = 0, probe_at = NULL
    WHERE id = 1 AND stopped_by IS NOT NULL RETURNING id`);
  return changed.length > 0;
}

/** Lets a queue that SES had paused probe at once: GetAccount says that it sends again. */
export async function probeNow(db: Db): Promise<void> {
  await db.query(Prisma.sql`
    UPDATE sending_status SET probe_at = now() WHERE id = 1 AND stopped_by = 'paused'`);
}

/** Lowers the rate of all workers, once a second however many calls were throttled. */
export async function slowDown(db: Db): Promise<void> {
  await db.query(Prisma.sql`
    UPDATE sending_status SET lowered_at = now(), tokens = LEAST(tokens, 0),
      rate = GREATEST(max_rate * ${SLOWEST}, rate * ${SLOW_DOWN})
    WHERE id = 1 AND COALESCE(lowered_at < now() - interval '1 second', true)`);
}

/**
 * Says that a worker is about to sleep: from then on enqueue wakes it. The claim that finds
 * something takes it back, so that enqueue spares the NOTIFY, which holds a lock of the whole
 * cluster while it commits, as long as a worker is busy.
 *
 * @returns whether enqueue learns it only now: then the queue must be looked at once more
 */
export async function markIdle(db: Db): Promise<boolean> {
  const changed = await db.query(Prisma.sql`
    UPDATE sending_status SET idle_until = now() + interval '1 minute'
    WHERE id = 1 AND COALESCE(idle_until < now() + interval '30 seconds', true) RETURNING id`);
  return changed.length > 0;
}
