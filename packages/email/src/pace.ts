import { type Db, Prisma, type Tx } from "@repo/db";

// The row that all workers share: how fast the account may send, how much a day, and whether it
// sends at all. It is SQL, because PostgreSQL's clock decides and a claim is one statement.

/** Why sending is stopped. */
export type StoppedBy = "paused" | "misconfigured" | "quota" | "outage" | "restored";

/** The share of the daily quota that only templates with `reserve` may use. Their priority is 0. */
export const RESERVE = 0.05;

/** Emails a second if SES cannot be asked: the rate of most accounts outside the sandbox. */
export const DEFAULT_RATE = 14;
// The size of the bucket, in seconds of the rate. SES allows a burst of one second. The other half
// is for calls that were delayed on their way.
const BURST = 0.5;
// A throttled call multiplies the rate by this.
const SLOW_DOWN = 0.7;
// Seconds that the rate would need to rise from zero to its maximum.
const RECOVERY = 30;
// The lowest rate, as a share of the maximum.
const SLOWEST = 0.05;
// Seconds from a stop to the first probe. The interval doubles with each probe, up to the maximum.
const FIRST_PROBE = 2;
const MAX_PROBE_INTERVAL = 60;
// Seconds: longer than any interval in this file. So a time that is further ahead comes from another
// database's clock.
const AHEAD = 90;
// Seconds after which a worker looks again at a rate that allows nothing: it may have been raised.
const MAX_WAIT = 5;
// Values of `Message.priority`: email that may use the reserve, all other security mail, and the
// lowest priority.
const RESERVED = 0;
const ESSENTIAL = 1;
const LOWEST = 3;

/** Whether a time comes from a database whose clock was ahead, before a failover. */
const isForeign = (column: "probe_at" | "lowered_at") =>
  Prisma.sql`${Prisma.raw(column)} > now() + ${AHEAD} * interval '1 second'`;

/** The rate and the tokens at `moment`, from a part `clock`: the row and the moment. */
const REFILL = Prisma.sql`
  since AS MATERIALIZED (
    -- A time that is far ahead comes from a database whose clock was ahead, before a failover. Nothing
    -- would be refilled until then.
    SELECT *, CASE WHEN refilled_at > moment + ${AHEAD} * interval '1 second'
      THEN moment - ${AHEAD} * interval '1 second' ELSE refilled_at END AS filled_at
    FROM clock
  ), refill AS (
    SELECT *, GREATEST(0, extract(epoch FROM moment - filled_at))::float8 AS elapsed,
      LEAST(max_rate, CASE WHEN lowered_until > moment THEN lowered_rate END) AS top_rate
    FROM since
  ), bucket AS MATERIALIZED (
    SELECT moment, filled_at, stopped_by IS NOT NULL AS probing, probes, max_rate, paused,
      LEAST(top_rate, rate + top_rate / ${RECOVERY} * elapsed) AS rate,
      LEAST(GREATEST(1, top_rate * ${BURST}), tokens + LEAST(top_rate, rate) * elapsed) AS tokens,
      max_24_hours - sent_24_hours AS remaining, max_24_hours * ${RESERVE} AS reserve
    FROM refill
  )`;

/**
 * The first parts of a claim. If something is due, they lock the row and refill the bucket.
 * `allowance` has no row if nothing is due, if everything is paused, or if sending is stopped and no
 * probe is due. Otherwise it has one:
 *
 * - `size`: how many messages may be claimed now by the rate and the daily quota, or 1 for a probe
 * - `unreserved`: how many of them may be messages without `reserve`
 * - `lowest`: the last priority that may be claimed. It bounds the scan of the index
 */
export function allowance(limit: number): Prisma.Sql {
  return Prisma.sql`
    gate AS MATERIALIZED (
      SELECT * FROM sending_status
      -- In the index's order. With EXISTS, PostgreSQL would scan the table while many emails wait, and
      -- read all that were sent before.
      WHERE (
          SELECT true FROM messages WHERE state = 'queued' AND due_at <= now()
          ORDER BY priority, due_at LIMIT 1
        )
        AND (stopped_by IS NULL OR probe_at <= now() OR ${isForeign("probe_at")})
        AND paused IS DISTINCT FROM 'all'
      FOR UPDATE
    ), clock AS MATERIALIZED (
      -- Not now(), because getting the lock may have taken time. The clock is read once, or the time
      -- between two readings would be lost.
      SELECT *, clock_timestamp() AS moment FROM gate
    ), ${REFILL},
    allowance AS MATERIALIZED (
      SELECT COALESCE(remaining - reserve, ${limit}) AS unreserved,
        CASE
          WHEN remaining - reserve < 1 THEN ${RESERVED}
          WHEN paused = 'non-essential' THEN ${ESSENTIAL}
          ELSE ${LOWEST}
        END::smallint AS lowest,
        GREATEST(0, LEAST(
          CASE WHEN probing THEN 1 ELSE ${limit} END, floor(tokens), COALESCE(remaining, ${limit})
        ))::int AS size
      FROM bucket
    )`;
}

/**
 * The last part of a claim: subtracts the claimed messages from the bucket and the daily quota.
 *
 * @param claimed a query of one number: how many will be sent
 */
export function spend(claimed: Prisma.Sql, limit: number): Prisma.Sql {
  return Prisma.sql`
    UPDATE sending_status SET
      rate = b.rate, tokens = b.tokens - count, refilled_at = GREATEST(b.filled_at, b.moment),
      sent_24_hours = sent_24_hours + count,
      -- A claim below its limit has emptied the queue, or used up the rate. Its worker sleeps next, so
      -- the mark stays.
      idle_until = CASE WHEN count < ${limit} THEN idle_until END,
      probes = sending_status.probes + b.probing::int,
      probe_at = CASE WHEN b.probing
        THEN now() + LEAST(${MAX_PROBE_INTERVAL}, 2 ^ LEAST(b.probes + 2, 16)) * interval '1 second' END
    FROM bucket b, (${claimed}) c(count)
    WHERE count > 0`;
}

/** Emails a second that the next claim will find. */
export async function currentRate(db: Db | Tx): Promise<number> {
  const [row] = await db.$queryRaw<[{ rate: number }]>`
    WITH clock AS (SELECT *, clock_timestamp() AS moment FROM sending_status), ${REFILL}
    SELECT rate FROM bucket`;
  return row.rate;
}

/** What a claim tells about the pace. */
export interface Pace {
  /** Sending is stopped, and the claimed message is its probe. */
  probing: boolean;
  /** Whether the daily quota is used up for messages without `reserve`. */
  isQuotaUsed: boolean;
  /** Seconds until the rate allows the next claim; null if the rate does not limit it. */
  secondsToNext: number | null;
}

/** The columns of a `Pace`, from a row `b` of `bucket` and a row `a` of `allowance`. */
export function pace(limit: number): Prisma.Sql {
  return Prisma.sql`b.probing, a.unreserved < 1 AS "isQuotaUsed",
    CASE WHEN a.size = 0 AND b.tokens < 1
      -- Waits until the rate allows the emails of 0.1 s, so that a claim takes several messages.
      -- LEAST ignores the null of a rate of zero.
      THEN LEAST(${MAX_WAIT}, (GREATEST(1, LEAST(${limit}, b.rate / 10)) - b.tokens) / NULLIF(b.rate, 0))
      END AS "secondsToNext"`;
}

/**
 * The account's limits, from GetAccount or the configuration. The quota is for the last 24 hours:
 * https://docs.aws.amazon.com/ses/latest/dg/manage-sending-quotas.html
 */
export interface Limits {
  /** Emails a second. */
  maxRate: number;
  /** Undefined if no limit is known. */
  max24Hours: number | undefined;
  sent24Hours: number;
}

/** Stores the account's limits. */
export async function setLimits(db: Db, limits: Limits): Promise<void> {
  const { maxRate, max24Hours = null, sent24Hours } = limits;
  await db.query(Prisma.sql`
    UPDATE sending_status SET
      rate = CASE WHEN rate >= max_rate THEN ${maxRate} ELSE LEAST(rate, ${maxRate}) END,
      max_rate = ${maxRate}, max_24_hours = ${max24Hours}, sent_24_hours = ${sent24Hours}
    WHERE id = 1`);
}

/** Whether SES's daily quota is known. */
export async function isQuotaKnown(db: Db): Promise<boolean> {
  const status = await db.sendingStatus.findUnique({ where: { id: 1 } });
  return status !== null && status.max24Hours !== null;
}

/**
 * Stops sending for all workers. Then one message at a time probes whether sending can go on. It
 * does not replace the stop after a restore, which has no probes.
 *
 * @returns false if sending was already stopped for this cause
 */
export async function stopSending(db: Db, by: StoppedBy, error: string): Promise<boolean> {
  const changed = await db.query(Prisma.sql`
    UPDATE sending_status SET stopped_by = ${by}, stopped_error = ${error}, stopped_at = now(),
      probes = 0, probe_at = now() + ${FIRST_PROBE} * interval '1 second'
    WHERE id = 1 AND stopped_by IS DISTINCT FROM ${by}
      AND stopped_by IS DISTINCT FROM 'restored' RETURNING id`);
  return changed.length > 0;
}

/**
 * Lets all workers send again. It does not end the stop after a restore: only an operator does.
 *
 * @returns whether sending had been stopped
 */
export async function endStop(db: Db): Promise<boolean> {
  const changed = await db.query(Prisma.sql`
    UPDATE sending_status SET stopped_by = NULL, stopped_error = NULL, stopped_at = NULL,
      probes = 0, probe_at = NULL
    WHERE id = 1 AND stopped_by <> 'restored' RETURNING id`);
  return changed.length > 0;
}

/** Makes a probe due at once if SES had paused sending. Call it when SES says that it sends again. */
export async function probeNow(db: Db): Promise<void> {
  await db.query(Prisma.sql`
    UPDATE sending_status SET probe_at = now() WHERE id = 1 AND stopped_by = 'paused'`);
}

/** Lowers the rate of all workers, at most once a second. */
export async function slowDown(db: Db): Promise<void> {
  await db.query(Prisma.sql`
    UPDATE sending_status SET lowered_at = now(), refilled_at = now(), tokens = LEAST(tokens, 0),
      rate = GREATEST(max_rate * ${SLOWEST}, rate * ${SLOW_DOWN})
    WHERE id = 1 AND (
      COALESCE(lowered_at < now() - interval '1 second', true) OR ${isForeign("lowered_at")})`);
}

/**
 * Marks that a worker is about to sleep, so that `enqueue` wakes it by NOTIFY. A claim that reaches
 * its limit removes the mark. So `enqueue` sends no NOTIFY while workers are busy, because NOTIFY
 * takes a lock of the whole cluster until the commit.
 *
 * @returns whether the mark is new. Then an email may have been queued just before, without NOTIFY:
 *   look at the queue once more
 */
export async function markIdle(db: Db): Promise<boolean> {
  const changed = await db.query(Prisma.sql`
    UPDATE sending_status SET idle_until = now() + interval '1 minute'
    WHERE id = 1 AND COALESCE(idle_until < now() + interval '30 seconds', true) RETURNING id`);
  return changed.length > 0;
}
