import {
  type ClosedReason,
  type Db,
  type MessageState,
  type Outcome,
  Prisma,
  type Tx,
} from "@repo/db";
import { parseAddress } from "./address.ts";
import { firstUuidAt, isUuid } from "./uuid.ts";

export { type SendingStatus, type Stopped, sendingStatus } from "./sending-status.ts";
export { type DeletedMessages, deleteOldMessages } from "./retention.ts";
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

/** Which messages; all that are given must hold. */
export interface MessageFilter {
  /** An address, in any spelling that reaches the same mailbox. */
  to?: string | undefined;
  template?: string | undefined;
  state?: MessageState | undefined;
  closedReason?: ClosedReason | undefined;
  outcome?: Outcome | undefined;
  /** Queued at this time or later. */
  since?: Date | undefined;
  /** Queued before this time. */
  until?: Date | undefined;
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
// An id holds the time of the process that made it, `created_at` that at which its transaction
// began, by PostgreSQL's clock: ids narrow the walk, `created_at` decides. In ms.
const CLOCK_MARGIN = 10 * 60_000;

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
  const { to, template, state, closedReason, outcome, since, until } = filter;
  const limit = Math.min(Math.max(1, page.limit ?? 50), MAX_LIMIT);
  const indexed = [
    page.before && Prisma.sql`id < ${page.before}::uuid`,
    since && Prisma.sql`id >= ${idAt(since, -CLOCK_MARGIN)}::uuid`,
    until && Prisma.sql`id < ${idAt(until, CLOCK_MARGIN)}::uuid`,
    to !== undefined && Prisma.sql`to_key = ${parseAddress(to).key}`,
    state && Prisma.sql`state = ${state}::message_state`,
    closedReason && Prisma.sql`closed_reason = ${closedReason}::closed_reason`,
  ];
  const walked = [
    since && Prisma.sql`created_at >= ${since}`,
    until && Prisma.sql`created_at < ${until}`,
    template !== undefined && Prisma.sql`template = ${template}`,
    outcome && Prisma.sql`outcome = ${outcome}::outcome`,
  ];
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
  | { what: "closed"; reason: ClosedReason }
);

/** A message with all that happened to it, in order; null where there is none of that id. */
export async function findMessage(
  db: Db | Tx,
  id: string,
): Promise<(LoggedMessage & { timeline: TimelineEntry[] }) | null> {
  if (!isUuid(id)) return null;
  const [[message], attempts, events] = await Promise.all([
    db.$queryRaw<LoggedMessage[]>`SELECT ${COLUMNS} FROM messages WHERE id = ${id}::uuid`,
    db.attempt.findMany({ where: { messageId: id }, orderBy: { number: "asc" } }),
    db.event.findMany({ where: { messageId: id }, orderBy: { occurredAt: "asc" } }),
  ]);
  if (!message) return null;
  const { createdAt, closedAt, closedReason } = message;
  // What happened in the same millisecond stays in this order: a sort is stable.
  const timeline: TimelineEntry[] = [
    { at: createdAt, what: "queued" },
    ...attempts.map(({ messageId: _id, startedAt, ...attempt }) => ({
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

function all(conditions: (Prisma.Sql | false | "" | undefined)[]): Prisma.Sql {
  const given = conditions.filter((condition) => condition instanceof Prisma.Sql);
  return given.length > 0 ? Prisma.join(given, " AND ") : Prisma.sql`true`;
}

function idAt(time: Date, margin: number): string {
  return firstUuidAt(new Date(time.getTime() + margin));
}
