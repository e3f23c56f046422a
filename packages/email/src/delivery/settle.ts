import { type Db, Prisma } from "@repo/db";
import { toJson } from "../to-json.ts";
import type { SendResult } from "../transports/transport.ts";
import type { Claimed } from "./claim.ts";
import { type UnknownWait, backoff, doubtEnds } from "./retry.ts";

/**
 * What one settlement says of one message. Without a call: `skipped`, to be taken again at
 * once, or `unrendered`, to wait for the template's or the key's repair.
 */
export type Settlement = Pick<Claimed, "id" | "attempt" | "claimedAt"> &
  (SendResult | { result: "skipped" | "unrendered"; code: string; error: string });

/**
 * Records what became of claimed messages, in one statement. Of one whose claim no longer
 * holds, since its lease was lost, nothing changes but the attempt's own row.
 *
 * Its commit does not wait for the disk: the next claim's takes it along, else the WAL writer
 * within 0.6 s. Should PostgreSQL itself crash before, the messages are in doubt, as those of
 * a worker that was killed on the wire.
 */
export async function settle(
  db: Db,
  settlements: Settlement[],
  unknownWait: UnknownWait,
): Promise<void> {
  if (settlements.length === 0) return;
  const ids = settlements.map(({ id }) => id);
  await db.query(Prisma.sql`
    WITH unforced AS MATERIALIZED (
      SELECT set_config('synchronous_commit', 'off', true)
    ), settled AS MATERIALIZED (
      SELECT x.*, result IN ('accepted', 'permanent') AS closes
      FROM jsonb_to_recordset(${toJson(settlements)}::jsonb) AS x
        (id uuid, attempt int, "claimedAt" timestamptz, result text, "sesMessageId" text, code text, error text)
      CROSS JOIN unforced
      LIMIT ${settlements.length} -- for the planner, as in claim
    ), held AS MATERIALIZED (
      -- Locked in the order of their ids, as events lock them: nobody waits in a circle.
      -- The number of the attempt is the claim's: another claim has a higher one.
      SELECT id, attempt_count AS attempt FROM messages
      WHERE id = ANY(${ids}::uuid[]) AND state = 'sending'
        AND (id, attempt_count) IN (SELECT id, attempt FROM settled)
      ORDER BY id FOR NO KEY UPDATE
    ), recorded AS (
      -- Also of a call whose message an event or a sweep has settled meanwhile.
      INSERT INTO attempts AS a
        (message_id, number, started_at, finished_at, result, event_source, ses_message_id, error_code, error)
      SELECT id, attempt, "claimedAt", now(), result, m.event_source, NULLIF("sesMessageId", ''), code, error
      -- One that was deleted meanwhile must not keep the others from being settled; one that
      -- cannot be rendered is tried for as long as it takes, and has its last_error.
      FROM settled s JOIN messages m USING (id) WHERE result <> 'unrendered'
      ON CONFLICT (message_id, number) DO UPDATE SET finished_at = now(), result = EXCLUDED.result,
        ses_message_id = EXCLUDED.ses_message_id, error_code = EXCLUDED.error_code,
        error = EXCLUDED.error
      WHERE a.error_code = 'LEASE_LOST'
    )
    UPDATE messages m SET
      state = CASE WHEN closes THEN 'closed' WHEN s.result = 'unknown' THEN 'unknown' ELSE 'queued' END::message_state,
      -- A refusal of the second copy says nothing of the first.
      closed_reason = CASE
        WHEN s.result = 'accepted' THEN 'sent'
        WHEN s.result = 'permanent' AND m.resent THEN 'unknown'
        WHEN s.result = 'permanent' THEN 'failed'
      END::closed_reason,
      closed_at = CASE WHEN closes THEN now() END,
      outcome = CASE WHEN s.result = 'accepted' THEN GREATEST(m.outcome, 'sent') ELSE m.outcome END,
      -- What was refused may be sent again by an operator.
      payload = CASE WHEN s.result = 'accepted' THEN NULL ELSE m.payload END,
      due_at = CASE
        WHEN closes THEN m.due_at
        WHEN s.result = 'unknown' THEN ${doubtEnds(unknownWait)}
        ELSE now() + ${backoff(Prisma.sql`s.result`)}
      END,
      last_error = COALESCE(s.code || ': ' || s.error, m.last_error),
      lease_id = NULL, lease_expires_at = NULL
    FROM settled s JOIN held h USING (id, attempt)
    WHERE m.id = s.id`);
}
