import { type Db, Prisma } from "@repo/db";
import type { TemplateName } from "@repo/templates/registry";
import type { SendResult } from "../transports/transport.ts";

/** A message under a lease. */
export interface Claimed {
  id: string;
  template: TemplateName;
  category: string;
  to: string;
  payload: Uint8Array;
}

/** A lease on a batch: who holds it, and for how long. */
export interface Lease {
  id: string;
  /** Seconds. */
  duration: number;
}

/** What one settlement says of one message. */
export type Settlement = { id: string; attempt: number } & SendResult;

// After this long without an event that settles it, a message in doubt is decided by its policy.
const UNKNOWN_WAIT = "2 minutes";

/**
 * Takes due messages under a lease: security mail first, then the oldest. Those whose time
 * has run out or whose recipient is suppressed are closed in the same statement, so that no
 * suppression made before the claim is missed.
 *
 * SKIP LOCKED rather than a lock on the queue: workers do not wait for each other.
 *
 * @param limit rows at the most
 */
export async function claim(db: Db, lease: Lease, limit: number): Promise<Claimed[]> {
  const rows = await db.$queryRaw<(Claimed & { state: string })[]>`
    WITH due AS MATERIALIZED (
      SELECT id, expires_at <= now() AS expired, EXISTS (
        SELECT FROM suppressions s
        WHERE s.address_key = m.to_key AND (s.expires_at IS NULL OR s.expires_at > now())
      ) AS suppressed
      FROM messages m
      WHERE state = 'queued' AND due_at <= now()
      ORDER BY priority, due_at
      LIMIT ${limit}
      FOR UPDATE SKIP LOCKED
    ), verdict AS (
      SELECT id, CASE WHEN suppressed THEN 'suppressed' WHEN expired THEN 'expired' END::closed_reason AS reason
      FROM due
    )
    UPDATE messages m SET
      state = CASE WHEN reason IS NULL THEN 'sending' ELSE 'closed' END::message_state,
      closed_reason = reason,
      closed_at = CASE WHEN reason IS NOT NULL THEN now() END,
      payload = CASE WHEN reason IS NULL THEN payload END,
      lease_id = CASE WHEN reason IS NULL THEN ${lease.id}::uuid END,
      lease_expires_at = CASE WHEN reason IS NULL THEN now() + ${lease.duration} * interval '1 second' END
    FROM verdict v WHERE v.id = m.id
    RETURNING m.id, m.template, m.category, m.to_address AS "to", m.payload, m.state::text`;
  return rows.filter((row) => row.state === "sending");
}

/**
 * Says which messages go on the wire now. From here on a lost lease leaves them in doubt.
 *
 * @param needed seconds that the calls may take; a lease with less left is not announced
 * @returns each id with the number of its attempt; an id that is missing is no longer ours to send
 */
export async function announce(
  db: Db,
  lease: Lease,
  ids: string[],
  needed: number,
): Promise<Map<string, number>> {
  const rows = await db.$queryRaw<{ id: string; attempt: number }[]>`
    WITH announced AS (
      UPDATE messages SET announced_at = now(), attempt_count = attempt_count + 1
      WHERE id = ANY(${ids}::uuid[]) AND state = 'sending' AND lease_id = ${lease.id}::uuid
        AND lease_expires_at > now() + ${needed} * interval '1 second'
      RETURNING id, attempt_count
    )
    INSERT INTO attempts (message_id, number) SELECT id, attempt_count FROM announced
    RETURNING message_id AS id, number AS attempt`;
  return new Map(rows.map((row) => [row.id, row.attempt]));
}

/**
 * Records what became of announced messages, in one statement. What a worker says
 * of a message after its lease was lost changes nothing.
 */
export async function settle(db: Db, lease: Lease, settlements: Settlement[]): Promise<void> {
  if (settlements.length === 0) return;
  await db.$executeRaw`
    WITH settled AS (
      SELECT * FROM jsonb_to_recordset(${JSON.stringify(settlements)}::jsonb) AS x
        (id uuid, attempt int, result text, "sesMessageId" text, code text, error text)
    ), recorded AS (
      UPDATE attempts a SET finished_at = now(), result = s.result,
        ses_message_id = NULLIF(s."sesMessageId", ''), error_code = s.code, error = s.error
      FROM settled s WHERE a.message_id = s.id AND a.number = s.attempt AND a.finished_at IS NULL
    )
    UPDATE messages m SET
      state = CASE
        WHEN s.result IN ('accepted', 'permanent') THEN 'closed'
        WHEN s.result = 'unknown' THEN 'unknown'
        ELSE 'queued' END::message_state,
      closed_reason = CASE s.result WHEN 'accepted' THEN 'sent' WHEN 'permanent' THEN 'failed' END::closed_reason,
      closed_at = CASE WHEN s.result IN ('accepted', 'permanent') THEN now() END,
      outcome = CASE WHEN s.result = 'accepted' THEN GREATEST(m.outcome, 'sent') ELSE m.outcome END,
      payload = CASE WHEN s.result IN ('accepted', 'permanent') THEN NULL ELSE m.payload END,
      due_at = CASE WHEN s.result = 'unknown' THEN now() + ${UNKNOWN_WAIT}::interval ELSE ${backoff("m")} END,
      last_error = COALESCE(s.code || ': ' || s.error, m.last_error),
      lease_id = NULL, lease_expires_at = NULL, announced_at = NULL
    FROM settled s
    WHERE m.id = s.id AND m.state = 'sending' AND m.lease_id = ${lease.id}::uuid`;
}

/** Gives claimed messages back unsent: they could not be rendered, or the lease ran short. */
export async function release(
  db: Db,
  lease: Lease,
  ids: string[],
  error: string | null,
): Promise<void> {
  if (ids.length === 0) return;
  await db.$executeRaw`
    UPDATE messages m SET state = 'queued', lease_id = NULL, lease_expires_at = NULL,
      due_at = CASE WHEN ${error}::text IS NULL THEN due_at ELSE ${backoff("m")} END,
      attempt_count = attempt_count + CASE WHEN ${error}::text IS NULL THEN 0 ELSE 1 END,
      last_error = COALESCE(${error}, last_error)
    WHERE id = ANY(${ids}::uuid[]) AND state = 'sending' AND announced_at IS NULL
      AND lease_id = ${lease.id}::uuid`;
}

/**
 * Takes back what a dead worker held: not announced means not sent, so it is queued again;
 * announced means in doubt. Then decides what has been in doubt for long enough: `resend`
 * goes out once more, everything else is closed as unknown.
 */
export async function sweep(db: Db): Promise<void> {
  await db.$transaction([
    db.$executeRaw`
      WITH lost AS (
        UPDATE messages SET
          state = CASE WHEN announced_at IS NULL THEN 'queued' ELSE 'unknown' END::message_state,
          due_at = CASE WHEN announced_at IS NULL THEN due_at ELSE now() + ${UNKNOWN_WAIT}::interval END,
          lease_id = NULL, lease_expires_at = NULL, announced_at = NULL
        WHERE state = 'sending' AND lease_expires_at < now()
        RETURNING id
      )
      UPDATE attempts a SET finished_at = now(), result = 'unknown', error_code = 'LEASE_LOST'
      FROM lost WHERE a.message_id = lost.id AND a.finished_at IS NULL`,
    db.$executeRaw`
      WITH decided AS (
        SELECT m.id, m.on_unknown = 'resend' AND count(a) < 2 AS again
        FROM messages m LEFT JOIN attempts a ON a.message_id = m.id AND a.result = 'unknown'
        WHERE m.state = 'unknown' AND m.due_at <= now()
        GROUP BY m.id
      )
      UPDATE messages m SET
        state = CASE WHEN again THEN 'queued' ELSE 'closed' END::message_state,
        closed_reason = CASE WHEN again THEN NULL ELSE 'unknown' END::closed_reason,
        closed_at = CASE WHEN again THEN NULL ELSE now() END,
        payload = CASE WHEN again THEN payload END
      FROM decided d WHERE m.id = d.id AND m.state = 'unknown'`,
  ]);
}

/** 2 s after the first attempt, doubled to 5 minutes, plus up to a quarter so that a burst spreads. */
function backoff(table: string): Prisma.Sql {
  const m = Prisma.raw(table);
  return Prisma.sql`now() + LEAST(2 ^ LEAST(${m}.attempt_count, 12), 300) * (1 + random() / 4) * interval '1 second'`;
}
