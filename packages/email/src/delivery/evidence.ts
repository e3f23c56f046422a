import { type Db, Prisma } from "@repo/db";
import { NO_RESTORE, RESTORED_AT } from "../sending-status.ts";

/** When the events of other calls judge a message in doubt unsent. */
export interface EvidenceRules {
  /**
   * Seconds after which an event does not come any more: 900 if the worker takes events from the
   * queue (10 tries, 60 s apart), 3,900 if they come by the webhook (SNS gives up after an hour).
   */
  horizon: number;
  /** The minimum number of accepted calls that are checked. Default: 100. */
  calls?: number;
  /**
   * The minimum number of those that began after the message could no longer be sent. Default: 20.
   */
  callsAfter?: number;
  /** Seconds after the lease in which SES might still have accepted the message. Default: 600. */
  signature?: number;
  /** Seconds after which the policy decides about a message without evidence. Default: a day. */
  patience?: number;
}

/**
 * How often a message may be judged unsent. If it kills its worker, it must not return for ever.
 */
const MAX_JUDGED = 2;

// SES refuses a request that was signed more than five minutes ago. The signature's time may be up
// to five minutes ahead, because the SDK corrects only a clock that is further off. After this time
// SES refuses everything that a frozen process still sends.
const SIGNATURE = 600;
const PATIENCE = 24 * 60 * 60;
const CALLS = 100;
const CALLS_AFTER = 20;
// The checked calls begin this many seconds before the claim: they show that events came at that
// time.
const BEFORE = 300;
// The limits of one pass.
const MAX_MESSAGES = 1_000;
const MAX_SPANS = 20;

/** Seconds after which the policy decides about a message without evidence. */
export const patienceOf = ({ patience = PATIENCE }: EvidenceRules): number => patience;

/**
 * Judges messages in doubt, and queues those again that had not been sent. SES publishes a Send
 * event for each email that it accepts. If every other call of that time has its Send event, a
 * message without any event was not sent.
 *
 * The other calls are the accepted ones of the same configuration set, from five minutes before
 * the claim. There must be at least 100, of which 20 began when the message could no longer be
 * sent. Each must have its Send event, all of one account. The last call must be older than the
 * horizon. Otherwise nothing is judged. Claims and calls from before a restore count for nothing:
 * the events about them went to the database that was lost.
 *
 * docs/decisions/evidence.md has the reasoning and the remaining risk.
 *
 * @param lease seconds of a claim's lease
 * @returns the messages that were queued again
 */
export async function judge(
  db: Db,
  lease: number,
  rules: EvidenceRules,
): Promise<{ id: string; template: string }[]> {
  const { horizon, calls = CALLS, callsAfter = CALLS_AFTER, signature = SIGNATURE } = rules;
  return db.$transaction(async (tx) => {
    // A statement of its own, so that the next one sees what others stored while they had the lock.
    const doubts = await tx.$queryRaw<{ id: string }[]>`
      SELECT m.id FROM messages m JOIN attempts a ON a.message_id = m.id AND a.number = m.attempt_count
      WHERE m.state = 'unknown' AND ${canBeJudged}
        AND a.started_at < now() - ${lease + signature + horizon} * interval '1 second'
        AND a.started_at > ${RESTORED_AT} AND ${NO_RESTORE}
      ORDER BY m.id LIMIT ${MAX_MESSAGES}
      FOR UPDATE OF m SKIP LOCKED`;
    if (doubts.length === 0) return [];
    return tx.$queryRaw<{ id: string; template: string }[]>`
      WITH doubts AS (
        SELECT m.id, m.event_source, min(a.started_at) AS claimed,
          max(a.started_at) + ${lease + signature} * interval '1 second' AS over
        FROM messages m JOIN attempts a ON a.message_id = m.id
        WHERE m.id = ANY(${doubts.map(({ id }) => id)}::uuid[])
          AND a.result = 'unknown' AND (m.judged_at IS NULL OR a.started_at > m.judged_at)
          AND NOT EXISTS (SELECT FROM events e WHERE e.message_id = m.id)
          -- The answer came after the lease had ended.
          AND NOT EXISTS (SELECT FROM attempts t WHERE t.message_id = m.id AND t.result = 'accepted')
          AND NOT EXISTS (SELECT FROM evidence_stops s WHERE s.event_source = m.event_source)
        GROUP BY m.id HAVING min(a.started_at) > ${RESTORED_AT}
      ), spans AS (
        SELECT DISTINCT event_source, claimed, over FROM doubts ORDER BY claimed LIMIT ${MAX_SPANS}
      ), proven AS (
        SELECT c.event_source, c.claimed, c.over
        FROM spans c
        CROSS JOIN LATERAL (
          SELECT started_at FROM attempts a
          WHERE ${isAccepted} AND started_at >= c.claimed - ${BEFORE} * interval '1 second'
          ORDER BY started_at OFFSET ${calls - 1} LIMIT 1
        ) enough
        CROSS JOIN LATERAL (
          SELECT started_at FROM attempts a WHERE ${isAccepted} AND started_at > c.over
          ORDER BY started_at OFFSET ${callsAfter - 1} LIMIT 1
        ) enough_after
        CROSS JOIN LATERAL (
          SELECT bool_and(e.id IS NOT NULL) AS all_heard, max(a.finished_at) AS last,
            count(DISTINCT e.detail ->> 'account') AS accounts
          FROM attempts a
          LEFT JOIN events e ON e.ses_message_id = a.ses_message_id AND e.type = 'Send'
          WHERE ${isAccepted}
            AND a.started_at BETWEEN c.claimed - ${BEFORE} * interval '1 second'
              AND GREATEST(enough.started_at, enough_after.started_at)
        ) sample
        WHERE all_heard AND accounts <= 1 AND last < now() - ${horizon} * interval '1 second'
      )
      UPDATE messages m SET state = 'queued', due_at = now(),
        judged_unsent = judged_unsent + 1, judged_at = now()
      FROM doubts d JOIN proven p USING (event_source, claimed, over)
      WHERE m.id = d.id
      RETURNING m.id, m.template`;
  });
}

/** Whether the message of row `m` may be judged. Otherwise its policy alone decides. */
export const canBeJudged = Prisma.sql`m.event_source IS NOT NULL
  AND m.judged_unsent < ${MAX_JUDGED} AND (m.on_unknown = 'hold' OR m.resent)`;

const isAccepted = Prisma.sql`a.result = 'accepted' AND a.event_source = c.event_source
  AND a.started_at > ${RESTORED_AT}`;
