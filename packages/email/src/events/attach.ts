import { type Db, Prisma } from "@repo/db";
import type { Effect } from "../suppression/effect.ts";
import { countEvents } from "./count-events.ts";
import type { AttachedEvent, OnEvents } from "./event.ts";
import { lockMessages, raise } from "./outcome.ts";

export interface AttachOptions {
  /** The SES ids whose events are attached. Default: all events without a message. */
  sesMessageIds?: string[];
  onEvents?: OnEvents | undefined;
}

export interface Attached {
  attached: number;
  /** The events for which `onEvents` threw. The next call for their ids, or for all, tries again. */
  failed: { event: AttachedEvent; error: unknown }[];
}

/**
 * Attaches events that came before their call was settled, and raises the outcomes of their
 * messages.
 *
 * Call it after the commit that writes an attempt's SES id. An event looks for its attempt after
 * the event has committed, and this looks for the events after the attempt has committed. So the
 * one that commits last finds the other. If the process ends before this call, the next call for
 * all events attaches them.
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

/** Attaches each event by itself, so that one that fails does not stop the others. */
async function attachOneByOne(db: Db, named: Prisma.Sql, onEvents: OnEvents): Promise<Attached> {
  const unattached = await db.$queryRaw<Row[]>`
    SELECT ${EVENT}, a.message_id AS "messageId"
    FROM events e JOIN attempts a ON a.ses_message_id = e.ses_message_id
    WHERE e.message_id IS NULL ${named}`;
  const result: Attached = { attached: 0, failed: [] };
  for (const event of unattached) {
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

function attachAndTell(db: Db, named: Prisma.Sql, onEvents: OnEvents): Promise<AttachedEvent[]> {
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
    ), counted AS (
      ${countEvents(
        Prisma.sql`SELECT "messageId" AS message_id, type, effect, "occurredAt" AS occurred_at, detail
          FROM attached`,
        Prisma.sql`SELECT * FROM locked`,
      )}
    ), risen AS (
      ${raise(Prisma.sql`SELECT id FROM locked`, Prisma.sql`SELECT message_id, type, effect FROM found`)}
    )
    ${answer}`;
}

type Row = Omit<AttachedEvent, "effect"> & { effect: Effect | null };

function toEvent({ effect, ...event }: Row): AttachedEvent {
  return { ...event, effect: effect ?? undefined };
}

const EVENT = Prisma.sql`e.ses_message_id AS "sesMessageId", e.type, e.recipient,
  e.dedupe_key AS "dedupeKey", e.occurred_at AS "occurredAt", e.detail, e.effect::text`;
