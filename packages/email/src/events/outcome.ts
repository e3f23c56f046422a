import { type Outcome, Prisma } from "@repo/db";

// Other types (Open, Click, Subscription, Rendering Failure, and what SES may add) are stored, and
// do not change the outcome.
// https://docs.aws.amazon.com/ses/latest/dg/event-publishing-retrieving-sns-contents.html
const OUTCOMES = {
  Send: "sent",
  DeliveryDelay: "delayed",
  Delivery: "delivered",
  Reject: "rejected",
  Bounce: "bounced",
  Complaint: "complained",
} as const satisfies Record<string, Outcome>;

/**
 * Locks messages in the order of their ids. Everything that locks several messages must do so.
 *
 * @param ids a query of their ids
 */
export function lockMessages(ids: Prisma.Sql): Prisma.Sql {
  // The planner expects ten elements of an array, and uses the index. It expects a hundred rows of
  // a query, and would scan a table of fewer than some ten thousand messages.
  return Prisma.sql`
    SELECT m.id, m.judged_at, m.event_source, m.template, m.to_key FROM messages m
    WHERE m.id = ANY(ARRAY(${ids})) ORDER BY m.id FOR NO KEY UPDATE OF m`;
}

/**
 * Raises the outcome of messages to what their events say. Two events count as Delivery: a Bounce
 * without an effect, which is an out-of-office reply, and `not-spam` feedback. A Complaint without
 * an effect is the report of a server. It shows that the message was sent.
 *
 * @param locked a query of the ids of messages that are locked
 * @param said a query of `message_id`, `type` and `effect`: what events say of them
 */
export function raise(locked: Prisma.Sql, said: Prisma.Sql): Prisma.Sql {
  return Prisma.sql`
    UPDATE messages m SET
      outcome = r.outcome,
      state = 'closed',
      -- Any other reason stays, because an event does not tell why the message was closed.
      closed_reason = CASE
        WHEN m.state <> 'closed' OR m.closed_reason = 'unknown' THEN 'sent'
        ELSE m.closed_reason
      END::closed_reason,
      closed_at = COALESCE(m.closed_at, now()),
      payload = NULL, lease_id = NULL, lease_expires_at = NULL
    FROM (${locked}) l JOIN (
      SELECT message_id, max((${JSON.stringify(OUTCOMES)}::jsonb ->> CASE
        WHEN effect = 'not-spam' OR type = 'Bounce' AND effect IS NULL THEN 'Delivery'
        WHEN type = 'Complaint' AND effect IS NULL THEN 'Send'
        ELSE type END)::outcome) AS outcome
      FROM (${said}) s GROUP BY message_id
    ) r ON r.message_id = l.id
    -- An array, as in lockMessages.
    WHERE m.id = l.id AND m.id = ANY(ARRAY(${locked})) AND m.outcome < r.outcome
    RETURNING m.id`;
}
