import { type Db, Prisma } from "@repo/db";

/** When the events of other calls show that a message in doubt had not been sent. */
export interface EvidenceRules {
  /**
   * Seconds after which an event has come, if it comes at all: 900 where the worker takes them from
   * the queue (10 tries, 60 s apart), 3,900 by the webhook (SNS gives up after an hour).
   */
  horizon: number;
  /** Accepted calls that are looked at, at the least; 100 by default. */
  calls?: number;
  /** Of these, begun when the message could no longer be sent; 20 by default. */
  callsAfter?: number;
  /** Seconds after its lease in which SES would still have taken the message; 600 by default. */
  signature?: number;
  /** Seconds that a message waits for evidence; a day by default. */
  patience?: number;
}

/** Twice at the most: a message that kills its worker must not come back for ever. */
const MOST_JUDGED = 2;

// SES refuses what was signed more than five minutes ago, and the SDK corrects a clock that is five
// minutes ahead or more: so long after its lease, what a frozen process sends is refused.
const SIGNATURE = 600;
const PATIENCE = 24 * 60 * 60;
const CALLS = 100;
const CALLS_AFTER = 20;
// Before the claim, in seconds: events had been coming in by then.
const BEFORE = 300;
// Of one pass.
const MOST_MESSAGES = 1_000;
const MOST_CLAIMS = 20;

/** Seconds that a message waits for evidence. */
export const patienceOf = ({ patience = PATIENCE }: EvidenceRules): number => patience;

/**
 * Queues again what was in doubt and had not been sent, as SES's own events show: SES publishes a
 * Send event for each email that it takes, and every other call of that time has its own. The calls
 * are those of the same configuration set from five minutes before the claim, a hundred at the
 * least and twenty of them after the message could last be sent. Each must have its Send event, of
 * one account, and the last must be older than the horizon. Otherwise nothing is judged.
 *
 * The reasoning, and what stays: docs/decisions/evidence.md.
 *
 * @param lease seconds that a claim was for
 * @returns what was queued again
 */
export async function judge(
  db: Db,
  lease: number,
  rules: EvidenceRules,
): Promise<{ id: string; template: string }[]> {
  const { horizon, calls = CALLS, callsAfter = CALLS_AFTER, signature = SIGNATURE } = rules;
  return db.$transaction(async (tx) => {
    // Locked by a statement of its own: the next one sees the events of whoever held the lock.
    const doubts = await tx.$queryRaw<{ id: string }[]>`
      SELECT m.id FROM messages m JOIN attempts a ON a.message_id = m.id AND a.number = m.attempt_count
      WHERE m.state = 'unknown' AND ${waitsForEvidence}
        AND a.started_at < now() - ${lease + signature + horizon} * interval '1 second'
      ORDER BY m.id LIMIT ${MOST_MESSAGES}
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
          -- An answer that came too late for its lease.
          AND NOT EXISTS (SELECT FROM attempts t WHERE t.message_id = m.id AND t.result = 'accepted')
          AND NOT EXISTS (SELECT FROM evidence_stops s WHERE s.event_source = m.event_source)
        GROUP BY m.id
      ), claims AS (
        SELECT DISTINCT event_source, claimed, over FROM doubts ORDER BY claimed LIMIT ${MOST_CLAIMS}
      ), proven AS (
        SELECT c.event_source, c.claimed, c.over
        FROM claims c
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

/** Whether evidence may decide about the message of row `m`, and not its policy alone. */
export const waitsForEvidence = Prisma.sql`m.event_source IS NOT NULL
  AND m.judged_unsent < ${MOST_JUDGED} AND (m.on_unknown = 'hold' OR m.resent)`;

const isAccepted = Prisma.sql`a.result = 'accepted' AND a.event_source = c.event_source`;
