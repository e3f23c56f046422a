import { type Db, Prisma } from "@repo/db";
import { clean, toJson } from "../to-json.ts";
import { isUuid, uuidv7 } from "../uuid.ts";
import type { Pseudonyms } from "../erasure/pseudonyms.ts";
import { addressKey } from "./address-key.ts";
import { attachEvents } from "./attach.ts";
import { countEvents } from "./count-events.ts";
import type { OnEvents, SesEvent } from "./event.ts";
import { lockMessages, raise } from "./outcome.ts";
import { mayChangeSuppression } from "../suppression/effect.ts";
import { lockAddresses, suppress } from "../suppression/suppress.ts";

/**
 * Stores events in one transaction, with the outcomes of their messages and the suppressions that
 * follow. Each event is stored once. Their order makes no difference, because an outcome only
 * rises. An event that raises the outcome also closes the message: SES has accepted a copy of it.
 *
 * An event finds its message by our tag, or by the SES id of an attempt. An event without a message
 * is stored, and suppresses at once; `attachEvents` attaches it when its call is settled.
 *
 * Everything locks addresses first, then messages in the order of their ids, then events. So
 * processes that apply the same events, and workers that settle, cannot deadlock.
 *
 * @param options.onEvents called with the new events that have a message. If it throws, applyEvents
 *   throws the same error, and stores none of these events. An event whose call was settled in the
 *   same moment stays stored without its message: `attachEvents` tries it again
 * @returns how many were new
 */
export async function applyEvents(
  db: Db,
  events: SesEvent[],
  options: {
    pseudonyms?: Pseudonyms | undefined;
    onEvents?: OnEvents | undefined;
  } = {},
): Promise<{ stored: number }> {
  const { pseudonyms, onEvents } = options;
  if (events.length === 0) return { stored: 0 };
  const given = events.map((event) => {
    const recipientKey = clean(addressKey(event.recipient));
    return {
      ...event,
      id: uuidv7(),
      recipientKey,
      pseudonym: pseudonyms?.of(recipientKey),
      // Other senders of the account may use a tag of that name.
      messageId: event.messageId && isUuid(event.messageId) ? event.messageId : undefined,
    };
  });
  const storing = store(toJson(given));
  const keys = [
    ...new Set(
      given
        .filter(mayChangeSuppression)
        .flatMap(({ recipientKey, pseudonym }) =>
          pseudonym === undefined ? [recipientKey] : [recipientKey, pseudonym],
        ),
    ),
  ];
  let row: Stored | undefined;
  if (onEvents) {
    row = await db.$transaction(async (tx) => {
      if (keys.length > 0) await tx.$executeRaw(lockAddresses(keys));
      const [found] = await tx.$queryRaw<Stored[]>(storing);
      if (keys.length > 0) await tx.$executeRaw(suppress(keys));
      const messageIds = new Map(found?.attached?.map(({ id, messageId }) => [id, messageId]));
      const attached = given.flatMap(({ id, recipientKey: _key, pseudonym: _hash, ...event }) => {
        const messageId = messageIds.get(id);
        return messageId ? [{ ...event, messageId }] : [];
      });
      if (attached.length > 0) await onEvents(tx, attached);
      return found;
    });
  } else if (keys.length > 0) {
    const [, [found]] = await db.$transaction([
      db.$executeRaw(lockAddresses(keys)),
      db.$queryRaw<Stored[]>(storing),
      db.$executeRaw(suppress(keys)),
    ]);
    row = found;
  } else {
    // Most events suppress nobody: one statement is then a transaction by itself.
    [row] = await db.query<Stored>(storing);
  }
  const { stored = 0, unattached = [] } = row ?? {};
  // A settlement that ran at the same time may have looked for these events too early. It has
  // committed by now, so its call is found.
  if (unattached.length > 0) {
    const { failed } = await attachEvents(db, { sesMessageIds: unattached, onEvents });
    if (failed[0]) throw failed[0].error;
  }
  return { stored };
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
         pseudonym text, effect event_effect, "dedupeKey" text, "occurredAt" timestamptz, detail jsonb)
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
      SELECT f.id, l.id, "sesMessageId", type, COALESCE(e.pseudonym, recipient),
        COALESCE(e.pseudonym, "recipientKey"),
        CASE WHEN e.pseudonym IS NULL OR effect = 'complaint' THEN effect END, "dedupeKey",
        -- Not now(): a removal may have committed since this transaction began.
        "occurredAt", clock_timestamp(), CASE WHEN e.pseudonym IS NULL THEN detail ELSE '{}' END
      FROM found f LEFT JOIN locked l ON l.id = f.message_id
      -- The address was erased with the message. It must not come back.
      LEFT JOIN erased_addresses e ON e.pseudonym = f.pseudonym AND l.id IS NULL
      -- In a fixed order: two processes that store the same events then cannot deadlock.
      ORDER BY "sesMessageId", type, recipient, "dedupeKey"
      ON CONFLICT DO NOTHING
      RETURNING id, message_id, type, effect::text, occurred_at, detail
    ), counted AS (
      ${countEvents(Prisma.sql`SELECT * FROM stored`, Prisma.sql`SELECT * FROM locked`)}
    ), risen AS (
      ${raise(Prisma.sql`SELECT id FROM locked`, Prisma.sql`SELECT message_id, type, effect FROM found`)}
    ), disproved AS (
      -- False evidence: SES accepted the message before it was judged unsent (delivery/evidence.ts).
      -- The minute is for the difference between two clocks.
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
