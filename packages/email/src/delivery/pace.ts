import { type Db, Prisma } from "@repo/db";
import { RESERVE, type StoppedBy } from "../sending-status.ts";

// The row that all workers share: how fast the account may send, how much a day, and whether it
// sends at all. In SQL, since its clock is PostgreSQL's and a claim is one statement.

// Seconds' worth of the rate that may go out at once. SES's own bucket holds one: half of it
// leaves room for calls that were held up on their way.
const BURST = 0.5;
// Seconds from nothing to the full rate after a throttling.
const RECOVERY = 30;
// An eighth is left of the rate after seven throttlings; a twentieth always is.
const SLOW_DOWN = 0.7;
const SLOWEST = 0.05;
// Seconds until the first probe of a queue that has just stopped, and between two later ones:
// doubled each time up to this.
const FIRST_PROBE = 2;
const MAX_PROBE_INTERVAL = 60;

/**
 * The first parts of a claim. They lock the row where something is due, and fill the bucket up to
 * now. `allowance` has no row where nothing is due or sending is stopped, or else one:
 *
 * - `size`: messages that may be claimed now: of what the rate has gathered and the day has left, a
 *   single one while sending is stopped
 * - `unreserved`: how many of them may be without the quota's reserve
 */
export function allowance(limit: number): Prisma.Sql {
  return Prisma.sql`
    gate AS MATERIALIZED (
      SELECT * FROM sending_status
      WHERE EXISTS (SELECT FROM messages WHERE state = 'queued' AND due_at <= now())
        AND (stopped_by IS NULL OR probe_at <= now())
      FOR UPDATE
    ), clock AS MATERIALIZED (
      -- Not now(): the lock may have been waited for. One reading, or the time between two is lost.
      SELECT *, clock_timestamp() AS moment FROM gate
    ), refill AS (
      SELECT *, GREATEST(0, extract(epoch FROM moment - refilled_at))::float8 AS elapsed FROM clock
    ), bucket AS MATERIALIZED (
      SELECT moment, stopped_by IS NOT NULL AS probing, probes, max_rate,
        LEAST(max_rate, rate + max_rate / ${RECOVERY} * elapsed) AS rate,
        LEAST(GREATEST(1, max_rate * ${BURST}), tokens + rate * elapsed) AS tokens,
        max_24_hours - sent_24_hours AS remaining, max_24_hours * ${RESERVE} AS reserve
      FROM refill
    ), allowance AS MATERIALIZED (
      SELECT COALESCE(remaining - reserve, ${limit}) AS unreserved,
        GREATEST(0, LEAST(
          CASE WHEN probing THEN 1 ELSE ${limit} END, floor(tokens), COALESCE(remaining, ${limit})
        ))::int AS size
      FROM bucket
    )`;
}

/**
 * The last part of a claim: takes what was claimed from the bucket and the day.
 *
 * @param claimed a query of one number: how many will be sent
 */
export function spend(claimed: Prisma.Sql, limit: number): Prisma.Sql {
  return Prisma.sql`
    UPDATE sending_status SET
      rate = b.rate, tokens = b.tokens - count, refilled_at = GREATEST(refilled_at, b.moment),
      sent_24_hours = sent_24_hours + count,
      -- One that took all there was sleeps again, and is to be woken.
      idle_until = CASE WHEN count < ${limit} THEN idle_until END,
      probes = sending_status.probes + b.probing::int,
      probe_at = CASE WHEN b.probing
        THEN now() + LEAST(${MAX_PROBE_INTERVAL}, 2 ^ LEAST(b.probes + 2, 16)) * interval '1 second' END
    FROM bucket b, (${claimed}) c(count)
    WHERE count > 0`;
}

/** What a claim tells of the pace, of a row of `bucket` and one of `allowance`. */
export interface Pace {
  /** One message of a queue that is stopped, to see whether the cause is gone. */
  probing: boolean;
  /** Whether the daily quota holds back what is due. */
  isQuotaUsed: boolean;
  /** Seconds until the rate allows more; null when it is not the rate that holds back. */
  wait: number | null;
}

export function pace(limit: number): Prisma.Sql {
  return Prisma.sql`b.probing, a.unreserved < 1 AS "isQuotaUsed",
    CASE WHEN a.size = 0 AND b.tokens < 1
      -- A tenth of a second's worth at once, rather than a claim for each.
      THEN GREATEST(1, LEAST(${limit}, b.rate / 10)) - b.tokens END / b.rate AS wait`;
}

/**
 * The account's limits, as GetAccount tells them or the configuration sets them. A day is the last
 * 24 hours: https://docs.aws.amazon.com/ses/latest/dg/manage-sending-quotas.html
 */
export interface Limits {
  /** Emails a second. */
  maxRate: number;
  /** Undefined: none is known. */
  max24Hours: number | undefined;
  sent24Hours: number;
}

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
