import { type Db, Prisma } from "@repo/db";
import { type Pace, allowance, pace, spend } from "../pace.ts";
import type { EventSources } from "../transports/transport.ts";
import { NOT_ALLOWED, type Recipients, closingReason, isAllowed } from "./unsendable.ts";

/** A message under a lease. If the lease ends before the message is settled, it is in doubt. */
export interface Claimed {
  id: string;
  attempt: number;
  /** When the lease began, as PostgreSQL writes it. */
  claimedAt: string;
  template: string;
  category: string;
  to: string;
  /** False if it goes to EMAIL_REDIRECT_TO instead. */
  allowed: boolean;
  /** It was judged unsent before. Perhaps it kills its worker. */
  isJudged: boolean;
  payload: Uint8Array;
}

/** A message that the claim has closed instead of taking it. */
interface ClosedUnsent {
  id: string;
  template: string;
  to: string;
  /** `unknown` if its first copy may have been sent. The second one was certainly not. */
  reason: string;
}

export interface Claim {
  leaseId: string;
  messages: Claimed[];
  closed: ClosedUnsent[];
  /**
   * Undefined if nothing is due, everything is paused, or sending is stopped and no probe is due: see
   * `allowance` in pace.ts.
   */
  pace: Pace | undefined;
}

export interface ClaimOptions extends Recipients {
  leaseId: string;
  /** Seconds of the lease. */
  lease: number;
  /** The maximum number of messages. */
  limit: number;
  /** It takes no more messages once their sealed payloads have this many bytes. */
  maxBytes: number;
  /** The configuration sets that publish events about the calls. Default: none. */
  eventSources?: EventSources | undefined;
  /** Whether it may take a message that was judged unsent before: one at most. Default: true. */
  takesJudged?: boolean;
}

/**
 * Takes due messages under a lease, by priority and then by age. It takes no more than the pace of
 * all workers allows (pace.ts). The messages become `sending`: if their lease ends, they are in doubt.
 *
 * The same statement closes messages that may not be sent (unsendable.ts), so that it sees every
 * suppression that has committed. If the suppressions cannot be read, it takes nothing.
 *
 * The claim locks the row of the pace, so that claims of several workers run one after the other. It
 * locks that row only if something is due. SKIP LOCKED lets a claim pass over messages that a
 * settlement or an event has locked. docs/decisions/delivery.md has what was rejected.
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
        AND priority <= (SELECT lowest FROM allowance)
        -- After a long wait for a lock, its worker may have given this claim up.
        AND clock_timestamp() < now() + ${lease / 2} * interval '1 second'
        AND (judged_unsent = 0 OR ${takesJudged})
      ORDER BY priority, due_at
      LIMIT COALESCE((SELECT size FROM allowance), 0)
      FOR UPDATE SKIP LOCKED
    ), fitting AS (
      -- With LIMIT the planner expects few rows. Otherwise it would scan the whole table.
      SELECT *, sum(bytes) OVER w - bytes AS before, row_number() OVER w AS place,
        count(*) FILTER (WHERE judged) OVER w AS nth_judged
      FROM (SELECT * FROM due LIMIT ${limit}) d
      WINDOW w AS (ORDER BY priority, due_at, id)
    ), chosen AS (
      SELECT id, allowed, reason FROM fitting WHERE before < ${maxBytes}
        -- Otherwise a claim of several messages would use a part of the reserve.
        AND (priority = 0 OR place <= (SELECT unreserved FROM allowance))
        AND NOT (judged AND nth_judged > 1)
    ), taken AS (
      UPDATE messages m SET
        state = CASE WHEN reason IS NULL THEN 'sending' ELSE 'closed' END::message_state,
        -- Its first copy may have been sent.
        closed_reason = CASE WHEN reason IS NOT NULL AND resent THEN 'unknown' ELSE reason END,
        closed_at = CASE WHEN reason IS NOT NULL THEN now() END,
        -- An operator may retry a message that was not allowed.
        payload = CASE WHEN reason IS NULL OR reason = 'failed' THEN payload END,
        last_error = CASE WHEN reason = 'failed' THEN ${NOT_ALLOWED} ELSE last_error END,
        attempt_count = attempt_count + (reason IS NULL)::int,
        event_source = ${source},
        lease_id = CASE WHEN reason IS NULL THEN ${leaseId}::uuid END,
        -- Not now(): after a long wait for the lock, the lease would have ended before it began.
        lease_expires_at = CASE WHEN reason IS NULL
          THEN clock_timestamp() + ${lease} * interval '1 second' END
      FROM chosen c WHERE c.id = m.id
      RETURNING m.id, m.template, m.category, m.to_address, m.payload, m.attempt_count,
        m.judged_unsent > 0 AS judged, c.allowed, m.closed_reason::text AS reason
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
    closed: taken.flatMap(({ id, template, to, reason }) =>
      reason ? [{ id, template, to, reason }] : [],
    ),
    pace: rows[0],
  };
}

/**
 * Queues the messages of a lease again. Call it only if none of them was sent: for a claim that the
 * worker will not act on, and for a claim whose answer was lost.
 */
export async function release(db: Db, leaseId: string): Promise<void> {
  await db.query(Prisma.sql`
    WITH leased AS MATERIALIZED (
      SELECT id FROM messages WHERE state = 'sending' AND lease_id = ${leaseId}::uuid
      ORDER BY id FOR NO KEY UPDATE
    )
    UPDATE messages m SET state = 'queued', lease_id = NULL, lease_expires_at = NULL
    FROM leased l WHERE m.id = l.id`);
}
