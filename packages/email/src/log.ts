import {
  type ClosedReason,
  type Db,
  type MessageState,
  type Outcome,
  Prisma,
  type Tx,
} from "@repo/db";
import { type MessageFilter, allOf, conditionsOf } from "./message-filter.ts";
import { type Page, invalidCursor, limitOf } from "./page.ts";
import { isUuid } from "./uuid.ts";

export {
  type Paused,
  RESTORED_AT,
  type SendingStatus,
  type Stopped,
  sendingStatus,
} from "./sending-status.ts";
export type { MessageFilter } from "./message-filter.ts";
export type { Page } from "./page.ts";
export { type MessageStatus, messageStatus } from "./message-status.ts";
export { isUuid } from "./uuid.ts";

/** A message as the log shows it, without its contents. */
export interface LoggedMessage {
  id: string;
  template: string;
  category: string;
  to: string;
  state: MessageState;
  /** Null while it is not closed. */
  closedReason: ClosedReason | null;
  outcome: Outcome;
  /** Claims so far, with or without a call. */
  attemptCount: number;
  /** When a queued message may be sent, or when the policy decides about one in doubt. */
  dueAt: Date;
  expiresAt: Date | null;
  /** The last failure, without an address. */
  lastError: string | null;
  createdAt: Date;
  closedAt: Date | null;
}

export interface MessagePage {
  /** Newest first. */
  messages: LoggedMessage[];
  /** Pass it as `before` for the next page; null at the end. A page before the end may be empty. */
  next: string | null;
}

// How many messages a page looks at. A search for something rare continues on the next page, so
// that no query reads the whole log.
const MAX_SCANNED = 100_000;

/**
 * A page of the log, newest first. Its cost does not depend on the length of the log. An index
 * finds an address, a time, a state other than closed and a reason other than sent. For a template
 * or an outcome, a page looks at 100,000 messages at most.
 *
 * @throws EmailError `INVALID_ADDRESS`, `INVALID_CURSOR`
 */
export async function listMessages(
  db: Db | Tx,
  filter: MessageFilter = {},
  page: Page = {},
): Promise<MessagePage> {
  const limit = limitOf(page);
  const { indexed, scanned } = conditionsOf(filter);
  if (page.before && !isUuid(page.before)) throw invalidCursor();
  if (page.before) indexed.push(Prisma.sql`id < ${page.before}::uuid`);
  const messages = await db.$queryRaw<LoggedMessage[]>`
    SELECT ${COLUMNS}
    FROM (SELECT * FROM messages WHERE ${allOf(indexed)} ORDER BY id DESC LIMIT ${MAX_SCANNED}) m
    WHERE ${allOf(scanned)} ORDER BY id DESC LIMIT ${limit + 1}`;
  if (messages.length > limit) {
    const shown = messages.slice(0, limit);
    return { messages: shown, next: shown.at(-1)?.id ?? null };
  }
  const [end] = await db.$queryRaw<{ id: string }[]>`
    SELECT id FROM messages WHERE ${allOf(indexed)}
    ORDER BY id DESC LIMIT 1 OFFSET ${MAX_SCANNED - 1}`;
  return { messages, next: end?.id ?? null };
}

/** One thing that happened to a message. */
export type TimelineEntry = { at: Date } & (
  | { what: "queued" }
  | {
      what: "attempt";
      number: number;
      finishedAt: Date;
      /** `result` of a `SendResult`. `skipped`: no call was made. */
      result: string;
      sesMessageId: string | null;
      errorCode: string | null;
      error: string | null;
    }
  | { what: "event"; type: string; recipient: string; receivedAt: Date; detail: Prisma.JsonValue }
  /** The message was judged unsent by SES's events. Only the last time is kept. */
  | { what: "judged" }
  | { what: "operator"; action: string; by: string; because: string }
  | { what: "closed"; reason: ClosedReason }
);

/** A message with all that happened to it, in order; null if no message has that id. */
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
  // Entries of the same millisecond keep this order, because the sort is stable.
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

/** Our id of the message that SES knows by this id; null if no attempt got it. */
export async function findBySesId(db: Db | Tx, sesMessageId: string): Promise<string | null> {
  const [row] = await db.$queryRaw<{ id: string }[]>`
    SELECT message_id AS id FROM attempts WHERE ses_message_id = ${sesMessageId} LIMIT 1`;
  return row?.id ?? null;
}

/** What became of a message, in words: its outcome if SES has reported one, otherwise its state. */
export function statusOf({ state, closedReason, outcome }: LoggedMessage): string {
  if (state !== "closed") return state === "unknown" ? "in doubt" : state;
  if (outcome === "none") return closedReason ?? state;
  // SES reported an outcome, so a copy was sent although the message was closed for another reason.
  return closedReason === "sent" ? outcome : `${closedReason}, ${outcome}`;
}

const COLUMNS = Prisma.sql`id, template, category, to_address AS "to", state::text,
  closed_reason::text AS "closedReason", outcome::text, attempt_count AS "attemptCount",
  due_at AS "dueAt", expires_at AS "expiresAt", last_error AS "lastError",
  created_at AS "createdAt", closed_at AS "closedAt"`;
