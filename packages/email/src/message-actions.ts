import { type Db, Prisma, type Tx } from "@repo/db";
import { AS_OF, isAsOf, unchangedSince } from "./as-of.ts";
import { type Decision, checkDecision } from "./decision.ts";
import { EmailError } from "./error.ts";
import { type LoggedMessage, findMessage } from "./log.ts";
import { type MessageFilter, allOf, conditionsOf } from "./message-filter.ts";
import type { ActionName } from "./operations/actions.ts";
import { isUuid } from "./uuid.ts";

/** One message, or all that a filter finds. */
export type Selection = { id: string } | MessageFilter;

/** How many messages an action changes. */
export interface ActionCount {
  messages: number;
  /** How many of them may have been sent already, and so may arrive twice. */
  inDoubt: number;
}

/** What an operator confirms. */
export interface Counted extends ActionCount {
  /** Which messages were counted. */
  asOf: string;
}

export interface ActionOptions extends Decision {
  /**
   * `asOf` of a count with the same filter. Only what was counted is changed, and not what has
   * changed since. Default: all that the filter finds now. It has no effect on a single message.
   */
  asOf?: string | undefined;
}

// Messages of one transaction, and how long it may take, in ms. It waits for others that hold them.
const BATCH = 1_000;
const TIMEOUT = 60_000;
const FIRST = "00000000-0000-0000-0000-000000000000";

/** What an operator can do with messages. */
export interface Action {
  name: ActionName;
  /** A condition: which messages it may change. */
  possible: Prisma.Sql;
  /** A condition: which of them may arrive twice. */
  inDoubt: Prisma.Sql;
  /** The SET clause of the UPDATE. */
  changes: Prisma.Sql;
  /** Why a single message was not changed. An action that gets no ids needs none. */
  refusal?(message: LoggedMessage): EmailError;
}

function where({ possible }: Action, selection: Selection): Prisma.Sql {
  if ("id" in selection) return Prisma.sql`${possible} AND id = ${selection.id}::uuid`;
  const { indexed, scanned } = conditionsOf(selection);
  return allOf([possible, ...indexed, ...scanned]);
}

/** How many messages the action would change. */
export async function countOf(db: Db, action: Action, selection: Selection): Promise<Counted> {
  checkId(selection);
  const [found] = await db.$queryRaw<[Counted]>`
    SELECT count(*)::int AS messages, count(*) FILTER (WHERE ${action.inDoubt})::int AS "inDoubt",
      ${AS_OF} AS "asOf"
    FROM messages m WHERE ${where(action, selection)}`;
  if (found.messages === 0) await refuse(db, action, selection);
  return found;
}

/**
 * Changes the messages, in transactions of a thousand, and stores who did it, when and why.
 *
 * @throws EmailError `INVALID_COUNT` if `asOf` comes from no count
 */
export async function act(
  db: Db,
  action: Action,
  selection: Selection,
  { asOf, ...decision }: ActionOptions,
): Promise<ActionCount> {
  const { by, because } = checkDecision(decision);
  checkId(selection);
  if (asOf !== undefined && !isAsOf(asOf)) throw invalidCount();
  const conditions = [where(action, selection)];
  if (asOf !== undefined && !("id" in selection)) conditions.push(unchangedSince(asOf));
  const done: ActionCount = { messages: 0, inDoubt: 0 };
  for (let after = FIRST; ;) {
    const batch = await db.$transaction(
      (tx) => actOnBatch(tx, action, { conditions: allOf(conditions), after, by, because }),
      { timeout: TIMEOUT },
    );
    if (!batch) break;
    done.messages += batch.messages;
    done.inDoubt += batch.inDoubt;
    after = batch.last;
  }
  if (done.messages === 0) await refuse(db, action, selection);
  return done;
}

/** @returns what it has changed, and where the next batch begins; undefined if nothing is left */
async function actOnBatch(
  tx: Tx,
  action: Action,
  options: Decision & { conditions: Prisma.Sql; after: string },
): Promise<(ActionCount & { last: string }) | undefined> {
  const { conditions, after, by, because } = options;
  // A statement of its own, so that the next one sees what others stored while they had the lock.
  const locked = await tx.$queryRaw<{ id: string }[]>`
    SELECT id FROM messages m WHERE id > ${after}::uuid AND ${conditions}
    ORDER BY id LIMIT ${BATCH} FOR NO KEY UPDATE OF m`;
  const ids = locked.map(({ id }) => id);
  const last = ids.at(-1);
  if (last === undefined) return undefined;
  const [count] = await tx.$queryRaw<[ActionCount]>`
    WITH chosen AS MATERIALIZED (
      SELECT id, ${action.inDoubt} AS in_doubt FROM messages m
      WHERE id = ANY(${ids}::uuid[]) AND ${conditions}
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
      (SELECT count(*) FROM woken)::int AS woken
    FROM chosen`;
  return { ...count, last };
}

/** PostgreSQL would reject an invalid UUID. */
function checkId(selection: Selection): void {
  if ("id" in selection && !isUuid(selection.id)) throw unknownId(selection.id);
}

/** Throws the reason why a single message was not changed. */
async function refuse(db: Db, action: Action, selection: Selection): Promise<void> {
  if (!("id" in selection)) return;
  const message = await findMessage(db, selection.id);
  throw (message && action.refusal?.(message)) ?? unknownId(selection.id);
}

function invalidCount(): EmailError {
  return new EmailError("INVALID_COUNT", "This is not what a count has returned. Count again.");
}

function unknownId(id: string): EmailError {
  return new EmailError(
    "UNKNOWN_EMAIL",
    `There is no email ${id}. It may have been deleted because of its age.`,
  );
}
