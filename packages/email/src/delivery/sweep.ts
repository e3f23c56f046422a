import { type Db, Prisma } from "@repo/db";
import { type UnknownWait, doubtEnds } from "./retry.ts";

/**
 * Takes from a dead worker what it held: in doubt, since it may have been sent. Then decides
 * what has been in doubt for long enough: `resend` goes out once more, everything else is
 * closed as unknown.
 *
 * @param lease seconds that it was for
 */
export async function sweep(db: Db, lease: number, unknownWait: UnknownWait): Promise<void> {
  await db.query(Prisma.sql`
    WITH ended AS MATERIALIZED (
      SELECT id, lease_expires_at FROM messages
      WHERE state = 'sending' AND lease_expires_at < now()
      FOR UPDATE SKIP LOCKED
    ), lost AS (
      UPDATE messages m SET state = 'unknown', due_at = ${doubtEnds(unknownWait)},
        lease_id = NULL, lease_expires_at = NULL
      FROM ended e WHERE m.id = e.id
      RETURNING m.id, m.attempt_count, e.lease_expires_at
    )
    INSERT INTO attempts (message_id, number, started_at, finished_at, result, error_code)
    SELECT id, attempt_count, lease_expires_at - ${lease} * interval '1 second', now(),
      'unknown', 'LEASE_LOST'
    FROM lost
    ON CONFLICT DO NOTHING`);
  await db.query(Prisma.sql`
    WITH decided AS (
      SELECT id, on_unknown = 'resend' AND NOT resent AND COALESCE(expires_at > now(), true) AS again
      FROM messages WHERE state = 'unknown' AND due_at <= now()
      FOR UPDATE SKIP LOCKED
    )
    UPDATE messages m SET
      state = CASE WHEN again THEN 'queued' ELSE 'closed' END::message_state,
      resent = again OR resent,
      closed_reason = CASE WHEN NOT again THEN 'unknown' END::closed_reason,
      closed_at = CASE WHEN NOT again THEN now() END
    FROM decided d WHERE m.id = d.id`);
}
