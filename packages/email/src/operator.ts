import { type Db, Prisma } from "@repo/db";
import { CANCELLED } from "./cancel.ts";
import { type Decision, checkDecision } from "./decision.ts";
import { EmailError } from "./error.ts";
import { type LoggedMessage, findMessage } from "./log.ts";
import { type MessageFilter, allOf, conditionsOf } from "./message-filter.ts";
import { isUuid } from "./uuid.ts";

export type { Decision } from "./decision.ts";
export { type EvidenceStop, allowEvidence, evidenceStops } from "./evidence-stops.ts";
export { EmailError } from "./error.ts";

/** One message, or all that a filter finds. */
export type Selection = { id: string } | MessageFilter;

/** How many messages an action changes. */
export interface ActionCount {
  messages: number;
  /** How many of them may have been sent already, and so may arrive twice. */
  inDoubt: number;
}

export interface ActionOptions extends Decision {
  /** Changes at most this many messages: the number that the operator confirmed. Default: all. */
  limit?: number;
}

// Messages of one transaction.
const BATCH = 1_000;
const FIRST = "00000000-0000-0000-0000-000000000000";

/**
 * How many messages a retry would send again.
 *
 * @throws EmailError `INVALID_ADDRESS`; `NOT_RETRIABLE` for a single message, with the reason
 */
export function countRetries(db: Db, selection: Selection): Promise<ActionCount> {
  return countOf(db, RETRY, selection);
}

/**
 * Queues messages again that failed or were closed in doubt. Their contents are kept for some
 * days. It leaves out messages that have expired, and messages that were sent, as an answer or an
 * event says. Who did it, when and why is stored.
 *
 * @throws EmailError `NO_REASON`, `INVALID_ADDRESS`; `NOT_RETRIABLE` for a single message, with the
 *   reason
 */
export function retryMessages(
  db: Db,
  selection: Selection,
  options: ActionOptions,
): Promise<ActionCount> {
  return act(db, RETRY, selection, options);
}

/** How many messages a cancellation would close. @throws as `cancelMessages` does */
export function countCancels(db: Db, selection: Selection): Promise<ActionCount> {
  return countOf(db, CANCEL, selection);
}

/**
 * Closes messages that wait, as `cancel` does for the app. Who did it, when and why is stored.
 *
 * @throws EmailError `NO_REASON`, `INVALID_ADDRESS`; `NOT_WAITING` for a single message, with the
 *   reason
 */
export function cancelMessages(
  db: Db,
  selection: Selection,
  options: ActionOptions,
): Promise<ActionCount> {
  return act(db, CANCEL, selection, options);
}

interface Action {
  name: "retry" | "cancel";
  /** A condition: which messages it may change. */
  possible: Prisma.Sql;
  /** A condition: which of them may arrive twice. */
  inDoubt: Prisma.Sql;
  /** The SET clause of the UPDATE. */
  changes: Prisma.Sql;
  refusal(message: LoggedMessage): EmailError;
}

const RETRY: Action = {
  name: "retry",
  possible: Prisma.sql`state = 'closed' AND payload IS NOT NULL
    AND (expires_at IS NULL OR expires_at > now())
    -- Closed messages may still have been sent: the answer may have come after the lease had ended,
    -- and some events do not change the outcome.
    AND NOT EXISTS (SELECT FROM attempts a WHERE a.message_id = m.id AND a.result = 'accepted')
    AND NOT EXISTS (SELECT FROM events e WHERE e.message_id = m.id)`,
  inDoubt: Prisma.sql`closed_reason = 'unknown'`,
  changes: Prisma.sql`state = 'queued', due_at = now(), closed_reason = NULL, closed_at = NULL,
    resent = resent OR closed_reason = 'unknown'`,
  refusal: (message) =>
    new EmailError("NOT_RETRIABLE", `This email is not sent again: ${whyNotRetried(message)}`),
};

const CANCEL: Action = {
  name: "cancel",
  possible: Prisma.sql`state = 'queued'`,
  inDoubt: Prisma.sql`resent`,
  changes: CANCELLED,
  refusal: ({ state, closedReason }) =>
    new EmailError(
      "NOT_WAITING",
      `This email does not wait: it is ${closedReason ?? (state === "unknown" ? "in doubt" : state)}.`,
    ),
};

function whyNotRetried({ state, closedReason, outcome, expiresAt }: LoggedMessage): string {
  if (state !== "closed") return `it is still ${state === "unknown" ? "in doubt" : state}.`;
  if (expiresAt && expiresAt <= new Date()) return "it has expired. The app can queue a new one.";
  if (closedReason === "sent" || outcome !== "none") return "it has been sent.";
  if (closedReason === "unsubscribed") return "its recipient has turned this kind of email off.";
  if (closedReason !== "failed" && closedReason !== "unknown") return `it is ${closedReason}.`;
  return "it may have been sent, or its contents are erased. The app can queue a new one.";
}

function where({ possible }: Action, selection: Selection): Prisma.Sql {
  if ("id" in selection) return Prisma.sql`${possible} AND id = ${selection.id}::uuid`;
  const { indexed, scanned } = conditionsOf(selection);
  return allOf([possible, ...indexed, ...scanned]);
}

async function countOf(db: Db, action: Action, selection: Selection): Promise<ActionCount> {
  checkId(selection);
  const [found = NONE] = await db.$queryRaw<ActionCount[]>`
    SELECT count(*)::int AS messages, count(*) FILTER (WHERE ${action.inDoubt})::int AS "inDoubt"
    FROM messages m WHERE ${where(action, selection)}`;
  if (found.messages === 0) await refuse(db, action, selection);
  return found;
}

async function act(
  db: Db,
  action: Action,
  selection: Selection,
  { limit = Infinity, ...decision }: ActionOptions,
): Promise<ActionCount> {
  const { by, because } = checkDecision(decision);
  checkId(selection);
  const done: ActionCount = { ...NONE };
  for (let after: string | null = FIRST; after !== null && done.messages < limit;) {
    const batch = Math.min(BATCH, limit - done.messages);
    const [row]: (ActionCount & { last: string | null })[] = await db.$queryRaw`
      WITH chosen AS MATERIALIZED (
        SELECT id, ${action.inDoubt} AS in_doubt FROM messages m
        WHERE id > ${after}::uuid AND ${where(action, selection)}
        ORDER BY id LIMIT ${batch} FOR NO KEY UPDATE OF m
      ), changed AS (
        UPDATE messages m SET ${action.changes} FROM chosen c WHERE m.id = c.id
        RETURNING m.id, m.state
      ), kept AS (
        INSERT INTO operator_actions (message_id, action, done_by, because)
        SELECT id, ${action.name}, ${by}, ${because} FROM changed
      ), woken AS (
        SELECT wake_worker(now()) FROM changed WHERE state = 'queued' LIMIT 1
      )
      SELECT count(*)::int AS messages, count(*) FILTER (WHERE in_doubt)::int AS "inDoubt",
        max(id::text) AS last, (SELECT count(*) FROM woken)::int AS woken
      FROM chosen`;
    done.messages += row?.messages ?? 0;
    done.inDoubt += row?.inDoubt ?? 0;
    after = row?.last ?? null;
  }
  if (done.messages === 0) await refuse(db, action, selection);
  return done;
}

const NONE: ActionCount = { messages: 0, inDoubt: 0 };

/** PostgreSQL would reject an invalid UUID. */
function checkId(selection: Selection): void {
  if ("id" in selection && !isUuid(selection.id)) throw unknownId(selection.id);
}

/** Throws the reason why a single message was not changed. */
async function refuse(db: Db, action: Action, selection: Selection): Promise<void> {
  if (!("id" in selection)) return;
  const message = await findMessage(db, selection.id);
  throw message ? action.refusal(message) : unknownId(selection.id);
}

function unknownId(id: string): EmailError {
  return new EmailError(
    "UNKNOWN_EMAIL",
    `There is no email ${id}. It may have been deleted because of its age.`,
  );
}
