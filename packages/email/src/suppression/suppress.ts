import { Prisma } from "@repo/db";

/**
 * So many soft bounces within so many days suppress an address, for so many days after the last of
 * them. One hard bounce or complaint suppresses it for good.
 *
 * A mailbox that is full for a month is abandoned; one that was full once is not. Two weeks are
 * long enough to protect our reputation, and short enough for a person to come back.
 */
const POLICY = { softBounces: 5, withinDays: 30, forDays: 14 };

/**
 * Locks addresses until the transaction ends. Processes that store events of the same address then
 * run one after the other, and the next statement of each sees what the others have stored. Five
 * soft bounces may come to five processes.
 */
export function lockAddresses(keys: string[]): Prisma.Sql {
  return Prisma.sql`
    SELECT pg_advisory_xact_lock(hash) FROM (
      SELECT DISTINCT hashtextextended(key, 0) AS hash FROM unnest(${keys}::text[]) key ORDER BY 1
    ) h`;
}

/**
 * Suppresses addresses by all events about them. The order of the events makes no difference. The
 * strongest reason counts: a complaint, for good; then a permanent bounce, for good; then soft
 * bounces, for some time. A weaker reason never replaces a stronger one. For the same reason, the
 * earlier event or the later end is kept.
 *
 * After an operator has removed a suppression, only an event that happened later suppresses again,
 * or a complaint that was received later.
 */
export function suppress(keys: string[]): Prisma.Sql {
  // In hours: the length of a day depends on the time zone of the session.
  const days = (count: number) => Prisma.sql`${count} * interval '24 hours'`;
  return Prisma.sql`
    WITH heard AS MATERIALIZED (
      SELECT e.recipient_key AS key, e.effect, e.occurred_at, e.detail, e.ses_message_id,
        -- A fixed order for events of the same time. It must not depend on which arrived first.
        (e.ses_message_id, e.dedupe_key, e.recipient) AS tie
      FROM events e LEFT JOIN LATERAL (
        SELECT max(removed_at) AS at FROM suppression_removals r WHERE r.address_key = e.recipient_key
      ) removed ON true
      WHERE e.recipient_key = ANY(${keys}::text[]) AND e.effect IS NOT NULL AND (removed.at IS NULL OR
        e.received_at > removed.at AND (e.effect = 'complaint' OR e.occurred_at > removed.at))
    ), taken_back AS (
      SELECT key, min(occurred_at) AS at FROM heard WHERE effect = 'not-spam' GROUP BY key
    ), firm AS (
      SELECT DISTINCT ON (key) key, CASE effect WHEN 'complaint' THEN 'complaint' ELSE 'bounce' END AS reason,
        occurred_at, ses_message_id, detail, NULL::timestamptz AS expires_at
      FROM heard WHERE effect IN ('complaint', 'permanent')
      ORDER BY key, effect = 'complaint' DESC, occurred_at, tie
    ), soft AS (
      SELECT DISTINCT ON (key) key, 'soft-bounces' AS reason, occurred_at, ses_message_id, detail,
        occurred_at + ${days(POLICY.forDays)} AS expires_at
      FROM (
        SELECT *, lag(occurred_at, ${POLICY.softBounces - 1}::int) OVER (
          PARTITION BY key ORDER BY occurred_at, tie
        ) AS first
        FROM heard WHERE effect = 'soft'
      ) s
      WHERE occurred_at - first <= ${days(POLICY.withinDays)}
      ORDER BY key, occurred_at DESC, tie DESC
    ), strongest AS (
      SELECT * FROM firm UNION ALL SELECT * FROM soft WHERE key NOT IN (SELECT key FROM firm)
    )
    INSERT INTO suppressions AS old (address_key, reason, evidence, created_at, expires_at)
    SELECT key, reason::suppression_reason,
      detail || jsonb_build_object('sesMessageId', ses_message_id) || CASE
        WHEN reason = 'complaint' AND b.at IS NOT NULL THEN jsonb_build_object('notSpamAt', b.at) ELSE '{}'
      END, occurred_at, expires_at
    FROM strongest LEFT JOIN taken_back b USING (key)
    ORDER BY key
    ON CONFLICT (address_key) DO UPDATE SET
      reason = EXCLUDED.reason,
      -- No event has the operator's decision, so it is kept inside the stronger evidence.
      evidence = EXCLUDED.evidence || CASE old.reason
        WHEN 'manual' THEN jsonb_build_object('manual', old.evidence)
        ELSE jsonb_strip_nulls(jsonb_build_object('manual', old.evidence -> 'manual'))
      END,
      created_at = EXCLUDED.created_at, expires_at = EXCLUDED.expires_at
    WHERE EXCLUDED.reason > old.reason OR EXCLUDED.reason = old.reason AND CASE
      WHEN EXCLUDED.expires_at IS NULL THEN EXCLUDED.created_at <= old.created_at
      ELSE EXCLUDED.expires_at >= old.expires_at
    END`;
}
