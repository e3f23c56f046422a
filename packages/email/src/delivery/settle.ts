import { type Db, Prisma } from "@repo/db";
import { bucketOf, count, domainOf } from "../operations/counts.ts";
import { FIRST_TRIED } from "../operations/waiting.ts";
import { toJson } from "../to-json.ts";
import type { SendResult } from "../transports/transport.ts";
import type { Claimed } from "./claim.ts";
import { type DoubtSeconds, backoff, doubtEnds } from "./retry.ts";

/**
 * What became of one claimed message. There are two results without a call. `skipped`: it is queued
 * again at once. `unrendered`: it is tried again later, and meanwhile somebody must repair the
 * template or the key.
 */
export type Settlement = Pick<Claimed, "id" | "attempt" | "claimedAt"> &
  (SendResult | { result: "skipped" | "unrendered"; code: string; error: string });

/**
 * Writes what became of claimed messages, in one statement. It also takes answers that come after
 * the lease has ended: they end the doubt. An accepted one counts whatever became of later calls, and
 * any other one only until the message is claimed again or closed.
 *
 * The commit does not wait for the disk. The next claim's commit writes it to disk, or PostgreSQL's
 * WAL writer does within 0.6 s. If PostgreSQL crashes before that, the messages are in doubt.
 *
 * @returns the ids of the messages that it closed as failed
 */
export async function settle(
  db: Db,
  settlements: Settlement[],
  doubtSeconds: DoubtSeconds,
): Promise<string[]> {
  if (settlements.length === 0) return [];
  const ids = settlements.map(({ id }) => id);
  const failed = await db.query<{ id: string }>(Prisma.sql`
    WITH unforced AS MATERIALIZED (
      SELECT set_config('synchronous_commit', 'off', true)
    ), results AS MATERIALIZED (
      SELECT x.*, result IN ('accepted', 'permanent') AS closes
      FROM jsonb_to_recordset(${toJson(settlements)}::jsonb) AS x
        (id uuid, attempt int, "claimedAt" timestamptz, result text, "sesMessageId" text, code text, error text)
      CROSS JOIN unforced
      LIMIT ${settlements.length} -- for the planner, as in claim
    ), known AS MATERIALIZED (
      -- The join leaves out a message that was deleted meanwhile.
      SELECT r.*, m.event_source, m.template, ${domainOf(Prisma.sql`m.to_key`)} AS domain,
        -- Since it was due, or since its first call if it was tried before.
        extract(epoch FROM now() - CASE r.attempt WHEN 1 THEN m.due_at ELSE ${FIRST_TRIED} END) AS waited
      FROM results r JOIN messages m USING (id)
    ), locked AS MATERIALIZED (
      -- In the order of their ids, as events lock them, or the two could deadlock.
      -- The attempt's number identifies the claim: a later claim has a higher one.
      SELECT id, attempt FROM results r JOIN messages m USING (id)
      WHERE id = ANY(${ids}::uuid[]) AND (
        m.attempt_count = r.attempt AND m.state IN ('sending', 'unknown')
        -- It was sent, whatever becomes of later calls.
        OR r.result = 'accepted' AND (m.state <> 'closed' OR m.closed_reason = 'unknown'))
      ORDER BY id FOR NO KEY UPDATE OF m
    ), recorded AS (
      -- Each call gets a row even if an event or a sweep has changed the message meanwhile.
      INSERT INTO attempts AS a
        (message_id, number, started_at, finished_at, result, event_source, ses_message_id, error_code, error)
      SELECT id, attempt, "claimedAt", now(), result, event_source, NULLIF("sesMessageId", ''), code, error
      -- An unrendered message gets no row, because it may be tried very often. Its last_error has
      -- the reason, and its unrendered_at the time.
      FROM known WHERE result <> 'unrendered'
      ON CONFLICT (message_id, number) DO UPDATE SET finished_at = now(), result = EXCLUDED.result,
        ses_message_id = EXCLUDED.ses_message_id, error_code = EXCLUDED.error_code,
        error = EXCLUDED.error
      WHERE a.error_code = 'LEASE_LOST'
      RETURNING message_id AS id, number AS attempt
    ), counted AS (
      ${count(Prisma.sql`
        -- Without a call there is nothing to count.
        SELECT now() AS at, NULLIF(result, 'skipped') AS kind, template, domain, event_source AS source,
          CASE WHEN result = 'accepted' THEN ${bucketOf(Prisma.sql`waited`)} END AS bucket
        FROM recorded JOIN known USING (id, attempt)`)}
    ), settled AS (
      UPDATE messages m SET
        state = CASE WHEN closes THEN 'closed' WHEN r.result = 'unknown' THEN 'unknown' ELSE 'queued' END::message_state,
        -- A refusal of the second copy says nothing about the first.
        closed_reason = CASE
          WHEN r.result = 'accepted' THEN 'sent'
          WHEN r.result = 'permanent' AND m.resent THEN 'unknown'
          WHEN r.result = 'permanent' THEN 'failed'
        END::closed_reason,
        closed_at = CASE WHEN closes THEN COALESCE(m.closed_at, now()) END,
        outcome = CASE WHEN r.result = 'accepted' THEN GREATEST(m.outcome, 'sent') ELSE m.outcome END,
        -- An operator may retry a message that was refused.
        payload = CASE WHEN r.result = 'accepted' THEN NULL ELSE m.payload END,
        due_at = CASE
          WHEN closes THEN m.due_at
          WHEN r.result = 'unknown' THEN ${doubtEnds(doubtSeconds)}
          ELSE now() + ${backoff(Prisma.sql`r.result`)}
        END,
        last_error = COALESCE(r.code || ': ' || r.error, m.last_error),
        unrendered_at = CASE WHEN r.result = 'unrendered' THEN now() END,
        lease_id = NULL, lease_expires_at = NULL
      FROM results r JOIN locked l USING (id, attempt)
      WHERE m.id = r.id
      RETURNING m.id, m.closed_reason
    )
    SELECT id FROM settled WHERE closed_reason = 'failed'`);
  return failed.map(({ id }) => id);
}
