import { type Db, Prisma } from "@repo/db";
import { clean, toJson } from "../to-json.ts";
import { isUuid, uuidv7 } from "../uuid.ts";
import { addressKey } from "./address-key.ts";
import { attachEvents } from "./attach.ts";
import type { OnEvents, SesEvent } from "./event.ts";
import { lockMessages, raise } from "./outcome.ts";
import {
  DEFAULT_POLICY,
  type SuppressionPolicy,
  lockAddresses,
  suppress,
} from "../suppression/suppress.ts";

/**
 * Stores events in one transaction, with the outcomes of their messages and the suppressions that
 * follow: each event once, in any order. An outcome only rises. A message that was queued once
 * more, on the wire or in doubt is closed as sent: SES has spoken of it.
 *
 * An event finds its message by our tag, or by the SES id of an attempt. One that finds none is
 * kept, and attached by `attachEvents` once the send has committed; its suppression holds at
 * once.
 *
 * Two that apply the same events, and a worker that settles, wait for one another and never in
 * a circle: all lock addresses first, then messages in the order of their ids, then events.
 *
 * @param options.onEvents is told of the new ones that have a message. What it throws is thrown, and
 *   nothing of these events is stored; or, of one that finds its message only now, not attached
 * @returns how many were new
 */
export async function applyEvents(
  db: Db,
  events: SesEvent[],
  options: { policy?: SuppressionPolicy | undefined; onEvents?: OnEvents | undefined } = {},
): Promise<{ stored: number }> {
  const { policy = DEFAULT_POLICY, onEvents } = options;
  if (events.length === 0) return { stored: 0 };
  const given = events.map((event) => ({
    ...event,
    id: uuidv7(),
    recipientKey: clean(addressKey(event.recipient)),
    // Anyone may send with a tag of that name.
    messageId: event.messageId && isUuid(event.messageId) ? event.messageId : undefined,
  }));
  const storing = store(toJson(given));
  const keys = [...new Set(given.filter(isJudged).map((e) => e.recipientKey))];
  let row: Stored | undefined;
  if (onEvents) {
    row = await db.$transaction(async (tx) => {
      if (keys.length > 0) await tx.$executeRaw(lockAddresses(keys));
      const [found] = await tx.$queryRaw<Stored[]>(storing);
      if (keys.length > 0) await tx.$executeRaw(suppress(keys, policy));
      const messageIds = new Map(found?.attached?.map(({ id, messageId }) => [id, messageId]));
      const heard = given.flatMap(({ id, recipientKey: _key, ...event }) => {
        const messageId = messageIds.get(id);
        return messageId ? [{ ...event, messageId }] : [];
      });
      if (heard.length > 0) await onEvents(tx, heard);
      return found;
    });
  } else if (keys.length > 0) {
    const [, [found]] = await db.$transaction([
      db.$executeRaw(lockAddresses(keys)),
      db.$queryRaw<Stored[]>(storing),
      db.$executeRaw(suppress(keys, policy)),
    ]);
    row = found;
  } else {
    // Most events suppress nobody: one statement is then a transaction by itself.
    [row] = await db.$queryRaw<Stored[]>(storing);
  }
  const { stored = 0, unattached = [] } = row ?? {};
  // A send may have committed meanwhile, and looked for these before they had.
  if (unattached.length > 0) {
    const { failed } = await attachEvents(db, { sesMessageIds: unattached, onEvents });
    if (failed[0]) throw failed[0].error;
  }
  return { stored };
}

/** Whether it may suppress somebody, or take that back. */
function isJudged({ effect }: SesEvent): boolean {
  return effect !== undefined && effect !== "message";
}

interface Stored {
  stored: number;
  /** Those of the new events that have a message. */
  attached: { id: string; messageId: string }[] | null;
  unattached: string[];
}

function store(given: string): Prisma.Sql {
  return Prisma.sql`
    WITH given AS MATERIALIZED (
      SELECT * FROM jsonb_to_recordset(${given}::jsonb) AS x
        (id uuid, "sesMessageId" text, "messageId" uuid, type text, recipient text, "recipientKey" text,
         effect event_effect, "dedupeKey" text, "occurredAt" timestamptz, detail jsonb)
    ), found AS MATERIALIZED (
      SELECT g.*, COALESCE(
        (SELECT m.id FROM messages m WHERE m.id = g."messageId"),
        (SELECT a.message_id FROM attempts a WHERE a.ses_message_id = g."sesMessageId" LIMIT 1)
      ) AS message_id
      FROM given g
    ), locked AS MATERIALIZED (
      ${lockMessages(Prisma.sql`SELECT message_id FROM found`)}
    ), stored AS (
      INSERT INTO events (id, message_id, ses_message_id, type, recipient, recipient_key, effect,
        dedupe_key, occurred_at, received_at, detail)
      SELECT f.id, l.id, "sesMessageId", type, recipient, "recipientKey", effect, "dedupeKey",
        -- Not now(): a removal may have committed since this transaction began.
        "occurredAt", clock_timestamp(), detail
      FROM found f LEFT JOIN locked l ON l.id = f.message_id
      -- The order in which two that store the same events wait for each other.
      ORDER BY "sesMessageId", type, recipient, "dedupeKey"
      ON CONFLICT DO NOTHING
      RETURNING id, message_id
    ), risen AS (
      ${raise(Prisma.sql`SELECT id FROM locked`, Prisma.sql`SELECT message_id, type, effect FROM found`)}
    ), disproved AS (
      -- SES took it before other events had shown that it had not been sent (delivery/evidence.ts).
      -- The minute is for two clocks.
      INSERT INTO evidence_stops (event_source, message_id)
      SELECT DISTINCT ON (l.event_source) l.event_source, l.id
      FROM found f JOIN locked l ON l.id = f.message_id
      WHERE type = 'Send' AND l.judged_at - interval '1 minute' > "occurredAt"
        AND l.event_source IS NOT NULL
      ORDER BY l.event_source
      ON CONFLICT DO NOTHING
    )
    SELECT (SELECT count(*) FROM stored)::int AS stored, (
      SELECT jsonb_agg(jsonb_build_object('id', id, 'messageId', message_id))
      FROM stored WHERE message_id IS NOT NULL
    ) AS attached, ARRAY(
      SELECT "sesMessageId" FROM found WHERE message_id IS NULL
    ) AS unattached`;
}
