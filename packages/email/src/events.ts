import { type Db, type Outcome, Prisma } from "@repo/db";
import { isUuid, uuidv7 } from "./uuid.ts";

/** An event of SES about one recipient, verified and parsed. */
export interface SesEvent {
  /** SES's id of the message. */
  sesMessageId: string;
  /** Our id, out of the tag `message-id`; undefined where the event has none. */
  messageId?: string | undefined;
  /** As SES names it: `Send`, `Delivery`, `Bounce`, … */
  type: string;
  recipient: string;
  /** The feedback id, or the event's time where SES gives none. */
  dedupeKey: string;
  occurredAt: Date;
  /** What is kept of it for people: no body, no header, no query string of a link. */
  detail: Prisma.JsonObject;
}

// Other types (Open, Click, Subscription, Rendering Failure, and whatever SES adds) are kept
// and say nothing of the outcome.
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
 * Stores events and what they say of their messages, in one transaction: each once, whatever
 * brings it again, and in any order. An outcome only rises. A message that was queued once more,
 * on the wire or in doubt is closed as sent: SES has spoken of it.
 *
 * An event finds its message by our tag, or by the SES id of an attempt. One that finds none is
 * kept, and attached by `attachEvents` once the send has committed.
 *
 * Two that apply the same events, and a worker that settles, wait for one another and never in
 * a circle: all lock messages in the order of their ids, and events after those.
 *
 * @returns how many were new
 */
export async function applyEvents(db: Db, events: SesEvent[]): Promise<{ stored: number }> {
  if (events.length === 0) return { stored: 0 };
  const given = events.map((event) => ({
    ...event,
    id: uuidv7(),
    // Anyone may send with a tag of that name.
    messageId: event.messageId && isUuid(event.messageId) ? event.messageId : undefined,
  }));
  const [row] = await db.$queryRaw<{ stored: number; unattached: string[] }[]>`
    WITH given AS MATERIALIZED (
      SELECT * FROM jsonb_to_recordset(${toJson(given)}::jsonb) AS x
        (id uuid, "sesMessageId" text, "messageId" uuid, type text, recipient text,
         "dedupeKey" text, "occurredAt" timestamptz, detail jsonb)
    ), found AS MATERIALIZED (
      SELECT g.*, COALESCE(
        (SELECT m.id FROM messages m WHERE m.id = g."messageId"),
        (SELECT a.message_id FROM attempts a WHERE a.ses_message_id = g."sesMessageId" LIMIT 1)
      ) AS message_id
      FROM given g
    ), locked AS MATERIALIZED (
      ${lockMessages(Prisma.sql`SELECT message_id FROM found`)}
    ), stored AS (
      INSERT INTO events
        (id, message_id, ses_message_id, type, recipient, dedupe_key, occurred_at, detail)
      SELECT f.id, l.id, "sesMessageId", type, recipient, "dedupeKey", "occurredAt", detail
      FROM found f LEFT JOIN locked l ON l.id = f.message_id
      -- The order in which two that store the same events wait for each other.
      ORDER BY "sesMessageId", type, recipient, "dedupeKey"
      ON CONFLICT DO NOTHING
      RETURNING id
    ), risen AS (
      ${raise(Prisma.sql`SELECT message_id, type FROM found`)}
    )
    SELECT (SELECT count(*) FROM stored)::int AS stored, ARRAY(
      SELECT "sesMessageId" FROM found WHERE message_id IS NULL
    ) AS unattached`;
  const { stored = 0, unattached = [] } = row ?? {};
  // A send may have committed meanwhile, and looked for these before they had.
  if (unattached.length > 0) await attachEvents(db, unattached);
  return { stored };
}

/**
 * Attaches events that were there before their send had committed, and applies what they say.
 *
 * Whoever writes an attempt's SES id calls it after the commit of that: the events and the ids
 * are each looked for once they can be seen, so that whichever commits last finds the other.
 * A process that ends between the two leaves it to the next call without ids.
 *
 * @param sesMessageIds all that wait unless told: for housekeeping
 * @returns how many were attached
 */
export async function attachEvents(db: Db, sesMessageIds?: string[]): Promise<number> {
  if (sesMessageIds?.length === 0) return 0;
  const named = sesMessageIds
    ? Prisma.sql`AND e.ses_message_id = ANY(${sesMessageIds})`
    : Prisma.empty;
  const [row] = await db.$queryRaw<{ attached: number }[]>`
    WITH found AS MATERIALIZED (
      SELECT e.id, e.type, a.message_id
      FROM events e JOIN attempts a ON a.ses_message_id = e.ses_message_id
      WHERE e.message_id IS NULL ${named}
    ), locked AS MATERIALIZED (
      ${lockMessages(Prisma.sql`SELECT message_id FROM found`)}
    ), attached AS (
      UPDATE events e SET message_id = l.id
      FROM found f JOIN locked l ON l.id = f.message_id
      WHERE e.id = f.id AND e.message_id IS NULL
      RETURNING e.id
    ), risen AS (
      ${raise(Prisma.sql`SELECT message_id, type FROM found`)}
    )
    SELECT count(*)::int AS attached FROM attached`;
  return row?.attached ?? 0;
}

/** In the order of their ids, as everything that holds several messages at once must. */
function lockMessages(ids: Prisma.Sql): Prisma.Sql {
  return Prisma.sql`
    SELECT m.id FROM messages m WHERE m.id IN (${ids}) ORDER BY m.id FOR NO KEY UPDATE OF m`;
}

/** @param said rows of `message_id` and `type`, of messages that the query `locked` has locked */
function raise(said: Prisma.Sql): Prisma.Sql {
  return Prisma.sql`
    UPDATE messages m SET
      outcome = r.outcome,
      state = 'closed',
      -- Closed for another reason it stays: an event says what became of a copy, not why.
      closed_reason = CASE
        WHEN m.state <> 'closed' OR m.closed_reason = 'unknown' THEN 'sent'
        ELSE m.closed_reason
      END::closed_reason,
      closed_at = COALESCE(m.closed_at, now()),
      payload = NULL, lease_id = NULL, lease_expires_at = NULL
    FROM locked l JOIN (
      SELECT message_id, max((${JSON.stringify(OUTCOMES)}::jsonb ->> type)::outcome) AS outcome
      FROM (${said}) s GROUP BY message_id
    ) r ON r.message_id = l.id
    WHERE m.id = l.id AND m.outcome < r.outcome
    RETURNING m.id`;
}

/** JSON without what PostgreSQL's text cannot hold: one such event would hold up all others. */
function toJson(value: unknown): string {
  const clean = (text: string) => text.replaceAll(/[\0\p{Surrogate}]/gu, "\ufffd");
  return JSON.stringify(value, (_key, part: unknown) => {
    if (typeof part === "string") return clean(part);
    if (typeof part !== "object" || part === null || Array.isArray(part)) return part;
    return Object.fromEntries(Object.entries(part).map(([key, inner]) => [clean(key), inner]));
  });
}
