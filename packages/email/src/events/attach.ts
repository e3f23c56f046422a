import { type Db, Prisma } from "@repo/db";
import type { Effect } from "../suppression/effect.ts";
import type { HeardEvent, OnEvents } from "./event.ts";
import { lockMessages, raise } from "./outcome.ts";

export interface AttachOptions {
  /** SES's ids whose events are looked for; unset: all that wait, for housekeeping. */
  sesMessageIds?: string[];
  onEvents?: OnEvents | undefined;
}

export interface Attached {
  attached: number;
  /** What `onEvents` has thrown: these events wait for the next call that names them, or none. */
  failed: { event: HeardEvent; error: unknown }[];
}

/**
 * Attaches events that were there before their send had committed, and applies what they say.
 *
 * Call it after the commit that writes an attempt's SES id. Events and ids are each looked for once
 * they can be seen, so that the one that commits last finds the other.
 * A process that ends between the two leaves it to the next call without ids.
 */
export async function attachEvents(db: Db, options: AttachOptions = {}): Promise<Attached> {
  const { sesMessageIds, onEvents } = options;
  if (sesMessageIds?.length === 0) return { attached: 0, failed: [] };
  const named = sesMessageIds
    ? Prisma.sql`AND e.ses_message_id = ANY(${sesMessageIds})`
    : Prisma.empty;
  if (!onEvents) {
    const count = Prisma.sql`SELECT count(*)::int AS attached FROM attached`;
    const [row] = await db.query<{ attached: number }>(attach(named, count));
    return { attached: row?.attached ?? 0, failed: [] };
  }
  try {
    const events = await attachAndTell(db, named, onEvents);
    return { attached: events.length, failed: [] };
  } catch {
    return await attachOneByOne(db, named, onEvents);
  }
}

/** So that one that fails holds back no other. */
async function attachOneByOne(db: Db, named: Prisma.Sql, onEvents: OnEvents): Promise<Attached> {
  const waiting = await db.$queryRaw<Row[]>`
    SELECT ${EVENT}, a.message_id AS "messageId"
    FROM events e JOIN attempts a ON a.ses_message_id = e.ses_message_id
    WHERE e.message_id IS NULL ${named}`;
  const result: Attached = { attached: 0, failed: [] };
  for (const event of waiting) {
    const { sesMessageId, type, recipient, dedupeKey } = event;
    const alone = Prisma.sql`AND (e.ses_message_id, e.type, e.recipient, e.dedupe_key) =
      (${sesMessageId}, ${type}, ${recipient}, ${dedupeKey})`;
    try {
      result.attached += (await attachAndTell(db, alone, onEvents)).length;
    } catch (error) {
      result.failed.push({ event: toEvent(event), error });
    }
  }
  return result;
}

function attachAndTell(db: Db, named: Prisma.Sql, onEvents: OnEvents): Promise<HeardEvent[]> {
  return db.$transaction(async (tx) => {
    const rows = await tx.$queryRaw<Row[]>(attach(named, Prisma.sql`SELECT * FROM attached`));
    const events = rows.map(toEvent);
    if (events.length > 0) await onEvents(tx, events);
    return events;
  });
}

function attach(named: Prisma.Sql, answer: Prisma.Sql): Prisma.Sql {
  return Prisma.sql`
    WITH found AS MATERIALIZED (
      SELECT e.id, e.type, e.effect, a.message_id
      FROM events e JOIN attempts a ON a.ses_message_id = e.ses_message_id
      WHERE e.message_id IS NULL ${named}
    ), locked AS MATERIALIZED (
      ${lockMessages(Prisma.sql`SELECT message_id FROM found`)}
    ), attached AS (
      UPDATE events e SET message_id = l.id
      FROM found f JOIN locked l ON l.id = f.message_id
      WHERE e.id = f.id AND e.message_id IS NULL
      RETURNING ${EVENT}, e.message_id AS "messageId"
    ), risen AS (
      ${raise(Prisma.sql`SELECT id FROM locked`, Prisma.sql`SELECT message_id, type, effect FROM found`)}
    )
    ${answer}`;
}

type Row = Omit<HeardEvent, "effect"> & { effect: Effect | null };

function toEvent({ effect, ...event }: Row): HeardEvent {
  return { ...event, effect: effect ?? undefined };
}

const EVENT = Prisma.sql`e.ses_message_id AS "sesMessageId", e.type, e.recipient,
  e.dedupe_key AS "dedupeKey", e.occurred_at AS "occurredAt", e.detail, e.effect::text`;
