import { CLOCK_SKEW, type Db, Prisma } from "@repo/db";
import { NO_RESTORE } from "../sending-status.ts";
import { type DoubtSeconds, doubtEnds } from "./retry.ts";

/**
 * Finds messages whose lease has ended. They are in doubt, because the dead worker may have sent
 * them. Then it applies the policy to messages that have been in doubt for long enough: `resend`
 * queues a message once more, all others are closed as unknown.
 *
 * After a restore it does nothing until an operator has decided about these messages.
 *
 * @param lease seconds of a claim's lease
 */
export async function sweep(db: Db, lease: number, doubtSeconds: DoubtSeconds): Promise<void> {
  // A lease that ends far ahead began on a database whose clock was ahead, before a failover. It
  // begins anew, because its worker may be alive.
  await db.query(Prisma.sql`
    WITH foreign_ones AS MATERIALIZED (
      SELECT id FROM messages
      WHERE state = 'sending' AND lease_expires_at > now() + ${lease + CLOCK_SKEW} * interval '1 second'
      FOR UPDATE SKIP LOCKED
    )
    UPDATE messages m SET lease_expires_at = now() + ${lease} * interval '1 second'
    FROM foreign_ones f WHERE m.id = f.id`);
  await db.query(Prisma.sql`
    WITH ended AS MATERIALIZED (
      SELECT id, lease_expires_at FROM messages
      WHERE state = 'sending' AND lease_expires_at < now() AND ${NO_RESTORE}
      FOR UPDATE SKIP LOCKED
    ), lost AS (
      UPDATE messages m SET state = 'unknown', due_at = ${doubtEnds(doubtSeconds)},
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
      FROM messages WHERE state = 'unknown' AND due_at <= now() AND ${NO_RESTORE}
      FOR UPDATE SKIP LOCKED
    )
    UPDATE messages m SET
      state = CASE WHEN again THEN 'queued' ELSE 'closed' END::message_state,
      resent = again OR resent,
      closed_reason = CASE WHEN NOT again THEN 'unknown' END::closed_reason,
      closed_at = CASE WHEN NOT again THEN now() END
    FROM decided d WHERE m.id = d.id`);
}
