import { type Db, Prisma } from "@repo/db";
import { RESERVE } from "../sending-status.ts";

/** A message under a lease: from here on a lost lease leaves it in doubt. */
export interface Claimed {
  id: string;
  attempt: number;
  /** When the lease began, as the database writes a time. */
  claimedAt: string;
  template: string;
  category: string;
  to: string;
  /** False where it goes to EMAIL_REDIRECT_TO instead. */
  allowed: boolean;
  payload: Uint8Array;
}

/** A message that its claim closed: it never reaches the transport. */
interface ClosedUnsent {
  id: string;
  template: string;
  reason: string;
}

export interface Claim {
  leaseId: string;
  messages: Claimed[];
  closed: ClosedUnsent[];
  /** One message of a queue that is stopped, to see whether the cause is gone. */
  probing: boolean;
  /** Whether the daily quota holds back what is due; undefined where nothing is. */
  isQuotaUsed: boolean | undefined;
  /** Seconds until the rate allows more; undefined when it is not the rate that holds back. */
  wait: number | undefined;
}

export interface ClaimOptions {
  leaseId: string;
  /** Seconds of the lease. */
  lease: number;
  /** Messages at the most. */
  limit: number;
  /** Bytes of sealed payloads at the most; one larger message goes alone. */
  maxBytes: number;
  /** Who may be sent to; undefined: everyone. Keys of addresses, and domains. */
  allowTo?: { addresses: string[]; domains: string[] } | undefined;
  /** Others are claimed as not allowed, to be redirected, rather than closed. */
  redirect?: boolean;
}

// Seconds' worth of the rate that may go out at once. SES's own bucket holds one: half of it
// leaves room for calls that were held up on their way.
const BURST = 0.5;
// Seconds from nothing to the full rate after a throttling.
const RECOVERY = 30;
// Seconds between two probes of a stopped queue: doubled each time up to this.
const MAX_PROBE_INTERVAL = 60;

/**
 * Takes due messages under a lease, by their priority, then the oldest: no more than the token
 * bucket of all workers allows, none beyond the daily quota, and one at a time while sending is
 * stopped. Those that may not be sent are closed in the same statement, so that no
 * suppression made before the claim is missed: an address that cannot be looked up is not sent.
 * The others are `sending`: from here on a lost lease leaves them in doubt.
 *
 * The bucket's row is locked only when something is due, and claims of several workers follow
 * one another by it (2 ms each). Rejected: a bucket in each worker, which would have to know
 * how many others there are. SKIP LOCKED rather than a lock on the queue, so that a claim never
 * waits for a settlement or an event.
 */
export async function claim(db: Db, options: ClaimOptions): Promise<Claim> {
  const { leaseId, lease, limit, maxBytes, allowTo, redirect = false } = options;
  type Row = { [K in keyof Claimed]: Claimed[K] | null } & {
    reason: string | null;
    probing: boolean | null;
    isQuotaUsed: boolean;
    wait: number | null;
  };
  const rows = await db.query<Row>(Prisma.sql`
    WITH gate AS MATERIALIZED (
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
    ), due AS MATERIALIZED (
      SELECT id, priority, due_at, octet_length(payload) AS bytes, expires_at <= now() AS expired,
        ${allows(allowTo, redirect)} AS allowed, EXISTS (
          SELECT FROM suppressions s
          WHERE s.address_key = m.to_key AND (s.expires_at IS NULL OR s.expires_at > now())
            -- A mailbox that was full is tried again for what a person needs to get in.
            AND NOT (s.reason = 'soft-bounces' AND m.category = 'security')
        ) AS suppressed
      FROM messages m
      WHERE state = 'queued' AND due_at <= now()
        AND (priority = 0 OR (SELECT unreserved FROM allowance) >= 1)
      ORDER BY priority, due_at
      LIMIT COALESCE((SELECT size FROM allowance), 0)
      FOR UPDATE SKIP LOCKED
    ), fitting AS (
      -- The second limit tells the planner how few these are: it would scan the table for more.
      SELECT *, sum(bytes) OVER w - bytes AS before, row_number() OVER w AS place
      FROM (SELECT * FROM due LIMIT ${limit}) d
      WINDOW w AS (ORDER BY priority, due_at, id)
    ), verdict AS (
      SELECT id, allowed, CASE
        WHEN suppressed THEN 'suppressed'
        WHEN expired THEN 'expired'
        WHEN NOT (allowed OR ${redirect}) THEN 'failed'
      END::closed_reason AS reason
      FROM fitting WHERE before < ${maxBytes}
        -- A claim that begins above the reserve must not end within it.
        AND (priority = 0 OR place <= (SELECT unreserved FROM allowance))
    ), taken AS (
      UPDATE messages m SET
        state = CASE WHEN reason IS NULL THEN 'sending' ELSE 'closed' END::message_state,
        -- Its first copy may have been sent.
        closed_reason = CASE WHEN reason IS NOT NULL AND resent THEN 'unknown' ELSE reason END,
        closed_at = CASE WHEN reason IS NOT NULL THEN now() END,
        -- What was not allowed may be sent again by an operator.
        payload = CASE WHEN reason IS NULL OR reason = 'failed' THEN payload END,
        last_error = CASE WHEN reason = 'failed'
          THEN 'NOT_ALLOWED: EMAIL_ALLOW_TO names neither this address nor its domain'
          ELSE last_error END,
        attempt_count = attempt_count + (reason IS NULL)::int,
        lease_id = CASE WHEN reason IS NULL THEN ${leaseId}::uuid END,
        lease_expires_at = CASE WHEN reason IS NULL THEN now() + ${lease} * interval '1 second' END
      FROM verdict v WHERE v.id = m.id
      RETURNING m.id, m.template, m.category, m.to_address, m.payload, m.attempt_count,
        v.allowed, v.reason::text
    ), spent AS (
      UPDATE sending_status SET
        rate = b.rate, tokens = b.tokens - count, refilled_at = GREATEST(refilled_at, b.moment),
        sent_24_hours = sent_24_hours + count,
        -- One that took all there was sleeps again, and is to be woken.
        idle_until = CASE WHEN count < ${limit} THEN idle_until END,
        probes = sending_status.probes + b.probing::int,
        probe_at = CASE WHEN b.probing
          THEN now() + LEAST(${MAX_PROBE_INTERVAL}, 2 ^ LEAST(b.probes + 2, 16)) * interval '1 second' END
      FROM bucket b, (SELECT count(*) FILTER (WHERE reason IS NULL) AS count FROM taken) c
      WHERE count > 0
    )
    SELECT t.id, t.attempt_count AS attempt, t.template, t.category, t.to_address AS "to",
      t.payload, t.allowed, t.reason, now()::text AS "claimedAt", b.probing, a.unreserved < 1 AS "isQuotaUsed", CASE WHEN a.size = 0 AND b.tokens < 1
        -- A tenth of a second's worth at once, rather than a claim for each.
        THEN GREATEST(1, LEAST(${limit}, b.rate / 10)) - b.tokens END / b.rate AS wait
    FROM bucket b CROSS JOIN allowance a LEFT JOIN taken t ON true`);
  const taken = rows.filter((row): row is Row & Claimed => row.id !== null);
  return {
    leaseId,
    messages: taken.filter((row) => row.reason === null),
    closed: taken.flatMap(({ id, template, reason }) => (reason ? [{ id, template, reason }] : [])),
    probing: rows[0]?.probing ?? false,
    isQuotaUsed: rows[0]?.isQuotaUsed,
    wait: rows[0]?.wait ?? undefined,
  };
}

function allows(allowTo: ClaimOptions["allowTo"], redirect: boolean): Prisma.Sql {
  if (!allowTo) return Prisma.sql`${!redirect}::boolean`;
  return Prisma.sql`(to_key = ANY(${allowTo.addresses}) OR split_part(to_key, '@', 2) = ANY(${allowTo.domains}))`;
}

/**
 * Gives back all that a lease still holds, none of which was sent: what a worker claimed and
 * will not send, or may have claimed where the answer to its claim was lost.
 */
export async function release(db: Db, leaseId: string): Promise<void> {
  await db.query(Prisma.sql`
    WITH held AS MATERIALIZED (
      SELECT id FROM messages WHERE state = 'sending' AND lease_id = ${leaseId}::uuid
      ORDER BY id FOR NO KEY UPDATE
    )
    UPDATE messages m SET state = 'queued', lease_id = NULL, lease_expires_at = NULL
    FROM held h WHERE m.id = h.id`);
}
