import { type Db, Prisma } from "@repo/db";
import { type Pace, allowance, pace, spend } from "./pace.ts";
import type { EventSources } from "../transports/transport.ts";
import { NOT_ALLOWED, type Recipients, closingReason, isAllowed } from "./unsendable.ts";

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
  /** It was in doubt, and events have shown that it had not been sent: perhaps it kills its worker. */
  isJudged: boolean;
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
  /** Undefined where nothing is due, or sending is stopped. */
  pace: Pace | undefined;
}

export interface ClaimOptions extends Recipients {
  leaseId: string;
  /** Seconds of the lease. */
  lease: number;
  /** Messages at the most. */
  limit: number;
  /** Bytes of sealed payloads at the most; one larger message goes alone. */
  maxBytes: number;
  /** Whose events will speak of the calls. Not given: nobody's. */
  eventSources?: EventSources | undefined;
  /** Whether one message may be taken that was judged to be unsent. Never two at once. */
  takesJudged?: boolean;
}

/**
 * Takes due messages under a lease, by their priority, then the oldest: no more than the pace of
 * all workers allows (pace.ts). Those that may not be sent (unsendable.ts) are closed in the same
 * statement, so that no suppression made before the claim is missed: an address that cannot be
 * looked up is not sent. The others are `sending`: from here on a lost lease leaves them in doubt.
 *
 * The bucket's row is locked only when something is due, and claims of several workers follow
 * one another by it (2 ms each). Rejected: a bucket in each worker, which would have to know
 * how many others there are. SKIP LOCKED rather than a lock on the queue, so that a claim never
 * waits for a settlement or an event.
 */
export async function claim(db: Db, options: ClaimOptions): Promise<Claim> {
  const {
    leaseId,
    lease,
    limit,
    maxBytes,
    eventSources,
    takesJudged = true,
    ...recipients
  } = options;
  const source = Prisma.sql`CASE m.category
    WHEN 'security' THEN ${eventSources?.security ?? null}::text ELSE ${eventSources?.other ?? null}::text END`;
  type Row = Pace & { [K in keyof Claimed]: Claimed[K] | null } & { reason: string | null };
  const willBeSent = Prisma.sql`SELECT count(*) FROM taken WHERE reason IS NULL`;
  const rows = await db.query<Row>(Prisma.sql`
    WITH ${allowance(limit)}, due AS MATERIALIZED (
      SELECT id, priority, due_at, octet_length(payload) AS bytes, judged_unsent > 0 AS judged,
        ${isAllowed(recipients)} AS allowed, ${closingReason(recipients)} AS reason
      FROM messages m
      WHERE state = 'queued' AND due_at <= now()
        AND (priority = 0 OR (SELECT unreserved FROM allowance) >= 1)
        AND (judged_unsent = 0 OR ${takesJudged})
      ORDER BY priority, due_at
      LIMIT COALESCE((SELECT size FROM allowance), 0)
      FOR UPDATE SKIP LOCKED
    ), fitting AS (
      -- The second limit tells the planner how few these are: it would scan the table for more.
      SELECT *, sum(bytes) OVER w - bytes AS before, row_number() OVER w AS place,
        count(*) FILTER (WHERE judged) OVER w AS nth_judged
      FROM (SELECT * FROM due LIMIT ${limit}) d
      WINDOW w AS (ORDER BY priority, due_at, id)
    ), chosen AS (
      SELECT id, allowed, reason FROM fitting WHERE before < ${maxBytes}
        -- A claim that begins above the reserve must not end within it.
        AND (priority = 0 OR place <= (SELECT unreserved FROM allowance))
        AND NOT (judged AND nth_judged > 1)
    ), taken AS (
      UPDATE messages m SET
        state = CASE WHEN reason IS NULL THEN 'sending' ELSE 'closed' END::message_state,
        -- Its first copy may have been sent.
        closed_reason = CASE WHEN reason IS NOT NULL AND resent THEN 'unknown' ELSE reason END,
        closed_at = CASE WHEN reason IS NOT NULL THEN now() END,
        -- What was not allowed may be sent again by an operator.
        payload = CASE WHEN reason IS NULL OR reason = 'failed' THEN payload END,
        last_error = CASE WHEN reason = 'failed' THEN ${NOT_ALLOWED} ELSE last_error END,
        attempt_count = attempt_count + (reason IS NULL)::int,
        event_source = ${source},
        lease_id = CASE WHEN reason IS NULL THEN ${leaseId}::uuid END,
        lease_expires_at = CASE WHEN reason IS NULL THEN now() + ${lease} * interval '1 second' END
      FROM chosen c WHERE c.id = m.id
      RETURNING m.id, m.template, m.category, m.to_address, m.payload, m.attempt_count,
        m.judged_unsent > 0 AS judged, c.allowed, c.reason::text
    ), spent AS (
      ${spend(willBeSent, limit)}
    )
    SELECT t.id, t.attempt_count AS attempt, t.template, t.category, t.to_address AS "to",
      t.payload, t.allowed, t.judged AS "isJudged", t.reason, now()::text AS "claimedAt", ${pace(limit)}
    FROM bucket b CROSS JOIN allowance a LEFT JOIN taken t ON true`);
  const taken = rows.filter((row): row is Row & Claimed => row.id !== null);
  return {
    leaseId,
    messages: taken.filter((row) => row.reason === null),
    closed: taken.flatMap(({ id, template, reason }) => (reason ? [{ id, template, reason }] : [])),
    pace: rows[0],
  };
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
