import {
  type ClosedReason,
  type Db,
  type MessageState,
  type Outcome,
  Prisma,
  type Tx,
} from "@repo/db";
import { type MessageFilter, all, conditionsOf } from "./message-filter.ts";
import { isUuid } from "./uuid.ts";

export { type SendingStatus, type Stopped, sendingStatus } from "./sending-status.ts";
export type { MessageFilter } from "./message-filter.ts";
export { type MessageStatus, messageStatus } from "./message-status.ts";

/** What the log tells of a message: neither its contents nor its props. */
export interface LoggedMessage {
  id: string;
  template: string;
  category: string;
  to: string;
  state: MessageState;
  /** Null while it is not closed. */
  closedReason: ClosedReason | null;
  outcome: Outcome;
  /** Calls so far, and tries that ended before one. */
  attemptCount: number;
  /** When a queued one is sent at the earliest, and one in doubt decided. */
  dueAt: Date;
  expiresAt: Date | null;
  /** The last failure: no address in it. */
  lastError: string | null;
  createdAt: Date;
  closedAt: Date | null;
}

export interface Page {
  /** `next` of the page before. */
  before?: string | undefined;
  /** 50 by default, 200 at most. */
  limit?: number | undefined;
}

export interface MessagePage {
  /** Newest first. */
  messages: LoggedMessage[];
  /** Where to go on; null at the end. A page may be short, or empty, and not the last. */
  next: string | null;
}

const MAX_LIMIT = 200;
// Messages that one page looks at: 60 ms. One that searches for what is rare goes on from
// page to page instead of holding the database for as long as the log is.
const WALK = 100_000;
/**
 * A page of the log, newest first. Its cost does not depend on how long the log is: an address,
 * a state other than closed, a reason other than sent and a time are found by an index, template
 * and outcome by looking at no more than 100,000 messages a page.
 *
 * @throws EmailError `INVALID_ADDRESS`
 */
export async function listMessages(
  db: Db | Tx,
  filter: MessageFilter = {},
  page: Page = {},
): Promise<MessagePage> {
  const limit = Math.min(Math.max(1, page.limit ?? 50), MAX_LIMIT);
  const { indexed, walked } = conditionsOf(filter);
  if (page.before) indexed.push(Prisma.sql`id < ${page.before}::uuid`);
  const messages = await db.$queryRaw<LoggedMessage[]>`
    SELECT ${COLUMNS}
    FROM (SELECT * FROM messages WHERE ${all(indexed)} ORDER BY id DESC LIMIT ${WALK}) m
    WHERE ${all(walked)} ORDER BY id DESC LIMIT ${limit + 1}`;
  if (messages.length > limit) {
    const shown = messages.slice(0, limit);
    return { messages: shown, next: shown.at(-1)?.id ?? null };
  }
  const [end] = await db.$queryRaw<{ id: string }[]>`
    SELECT id FROM messages WHERE ${all(indexed)} ORDER BY id DESC LIMIT 1 OFFSET ${WALK - 1}`;
  return { messages, next: end?.id ?? null };
}

/** One thing that happened to a message. */
export type TimelineEntry = { at: Date } & (
  | { what: "queued" }
  | {
      what: "attempt";
      number: number;
      finishedAt: Date;
      /** Of a `SendResult` of the transports; or `skipped`: no call was made. */
      result: string;
      sesMessageId: string | null;
      errorCode: string | null;
      error: string | null;
    }
  | { what: "event"; type: string; recipient: string; receivedAt: Date; detail: Prisma.JsonValue }
  /** SES's events have shown that no attempt so far had been sent. The last time that they did. */
  | { what: "judged" }
  | { what: "operator"; action: string; by: string; because: string }
  | { what: "closed"; reason: ClosedReason }
);

/** A message with all that happened to it, in order; null where there is none of that id. */
export async function findMessage(
  db: Db | Tx,
  id: string,
): Promise<(LoggedMessage & { timeline: TimelineEntry[] }) | null> {
  if (!isUuid(id)) return null;
  const [[found], attempts, events, actions] = await Promise.all([
    db.$queryRaw<(LoggedMessage & { judgedAt: Date | null })[]>`
      SELECT ${COLUMNS}, judged_at AS "judgedAt" FROM messages WHERE id = ${id}::uuid`,
    db.attempt.findMany({ where: { messageId: id }, orderBy: { number: "asc" } }),
    db.event.findMany({ where: { messageId: id }, orderBy: { occurredAt: "asc" } }),
    db.operatorAction.findMany({ where: { messageId: id }, orderBy: { doneAt: "asc" } }),
  ]);
  if (!found) return null;
  const { judgedAt, ...message } = found;
  const { createdAt, closedAt, closedReason } = message;
  // What happened in the same millisecond stays in this order: a sort is stable.
  const timeline: TimelineEntry[] = [
    { at: createdAt, what: "queued" },
    ...attempts.map(({ messageId: _id, eventSource: _source, startedAt, ...attempt }) => ({
      at: startedAt,
      what: "attempt" as const,
      ...attempt,
    })),
    ...events.map(({ type, recipient, occurredAt, receivedAt, detail }) => ({
      at: occurredAt,
      what: "event" as const,
      type,
      recipient,
      receivedAt,
      detail,
    })),
    ...(judgedAt ? [{ at: judgedAt, what: "judged" as const }] : []),
    ...actions.map(({ doneAt, action, doneBy, because }) => ({
      at: doneAt,
      what: "operator" as const,
      action,
      by: doneBy,
      because,
    })),
    ...(closedAt && closedReason
      ? [{ at: closedAt, what: "closed" as const, reason: closedReason }]
      : []),
  ];
  return { ...message, timeline: timeline.sort((a, b) => a.at.getTime() - b.at.getTime()) };
}

const COLUMNS = Prisma.sql`id, template, category, to_address AS "to", state::text,
  closed_reason::text AS "closedReason", outcome::text, attempt_count AS "attemptCount",
  due_at AS "dueAt", expires_at AS "expiresAt", last_error AS "lastError",
  created_at AS "createdAt", closed_at AS "closedAt"`;
