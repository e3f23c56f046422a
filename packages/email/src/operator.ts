import { type Db, Prisma } from "@repo/db";
import { CANCELLED } from "./cancel.ts";
import { type Decision, checkDecision } from "./decision.ts";
import { EmailError } from "./error.ts";
import { type LoggedMessage, findMessage } from "./log.ts";
import { type MessageFilter, all, conditionsOf } from "./message-filter.ts";
import { isUuid } from "./uuid.ts";

export type { Decision } from "./decision.ts";
export { type EvidenceStop, allowEvidence, evidenceStops } from "./evidence-stops.ts";
export { EmailError } from "./error.ts";

/** One message, or all that a filter finds. */
export type Selection = { id: string } | MessageFilter;

/** How many messages an action concerns. */
export interface Concerned {
  messages: number;
  /** Of these: may have been sent already, so that they may arrive twice. */
  inDoubt: number;
}

export interface ActionOptions extends Decision {
  /** No more than this many: those that were shown to the operator. */
  most?: number;
}

// Of one transaction.
const BATCH = 1_000;
const FIRST = "00000000-0000-0000-0000-000000000000";

/**
 * How many messages a retry would send again.
 *
 * @throws EmailError `INVALID_ADDRESS`; `NOT_RETRIABLE` of a single message, and why
 */
export function countRetries(db: Db, selection: Selection): Promise<Concerned> {
  return countOf(db, RETRY, selection);
}

/**
 * Queues messages that failed, or were closed in doubt, once more: what was sealed is still there
 * for some days. Nothing is queued of which an answer or an event says that it was sent, and
 * nothing whose time is over. Who did it, when and why is kept.
 *
 * @throws EmailError `NO_REASON`, `INVALID_ADDRESS`; `NOT_RETRIABLE` of a single message, and why
 */
export function retryMessages(
  db: Db,
  selection: Selection,
  options: ActionOptions,
): Promise<Concerned> {
  return act(db, RETRY, selection, options);
}

/** How many messages a cancelling would close. @throws as `cancelMessages` */
export function countCancels(db: Db, selection: Selection): Promise<Concerned> {
  return countOf(db, CANCEL, selection);
}

/**
 * Closes messages that still wait, as `cancel` does for the application. Who did it, when and why
 * is kept.
 *
 * @throws EmailError `NO_REASON`, `INVALID_ADDRESS`; `NOT_WAITING` of a single message, and why
 */
export function cancelMessages(
  db: Db,
  selection: Selection,
  options: ActionOptions,
): Promise<Concerned> {
  return act(db, CANCEL, selection, options);
}

interface Action {
  name: "retry" | "cancel";
  /** Which messages it is for. */
  possible: Prisma.Sql;
  inDoubt: Prisma.Sql;
  /** What an UPDATE sets. */
  changes: Prisma.Sql;
  refusal(message: LoggedMessage): EmailError;
}

const RETRY: Action = {
  name: "retry",
  possible: Prisma.sql`state = 'closed' AND payload IS NOT NULL
    AND (expires_at IS NULL OR expires_at > now())
    -- An answer that came too late for its lease, or an event that says nothing of the outcome.
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
  if (expiresAt && expiresAt <= new Date()) return "its time is over. The app can queue a new one.";
  if (closedReason === "sent" || outcome !== "none") return "it has been sent.";
  if (closedReason !== "failed" && closedReason !== "unknown") return `it is ${closedReason}.`;
  return "it may have been sent, or its contents are erased. The app can queue a new one.";
}

function where({ possible }: Action, selection: Selection): Prisma.Sql {
  if ("id" in selection) return Prisma.sql`${possible} AND id = ${selection.id}::uuid`;
  const { indexed, walked } = conditionsOf(selection);
  return all([possible, ...indexed, ...walked]);
}

async function countOf(db: Db, action: Action, selection: Selection): Promise<Concerned> {
  checkId(selection);
  const [found = NONE] = await db.$queryRaw<Concerned[]>`
    SELECT count(*)::int AS messages, count(*) FILTER (WHERE ${action.inDoubt})::int AS "inDoubt"
    FROM messages m WHERE ${where(action, selection)}`;
  if (found.messages === 0) await refuse(db, action, selection);
  return found;
}

async function act(
  db: Db,
  action: Action,
  selection: Selection,
  { most = Infinity, ...decision }: ActionOptions,
): Promise<Concerned> {
  const { by, because } = checkDecision(decision);
  checkId(selection);
  const done: Concerned = { ...NONE };
  for (let after: string | null = FIRST; after !== null && done.messages < most;) {
    const limit = Math.min(BATCH, most - done.messages);
    const [row]: (Concerned & { last: string | null })[] = await db.$queryRaw`
      WITH chosen AS MATERIALIZED (
        SELECT id, ${action.inDoubt} AS in_doubt FROM messages m
        WHERE id > ${after}::uuid AND ${where(action, selection)}
        ORDER BY id LIMIT ${limit} FOR NO KEY UPDATE OF m
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

const NONE: Concerned = { messages: 0, inDoubt: 0 };

/** PostgreSQL would refuse another text for a UUID. */
function checkId(selection: Selection): void {
  if ("id" in selection && !isUuid(selection.id)) throw unknownId(selection.id);
}

/** Says of a single message why nothing was done. */
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
