import { type Db, Prisma, type Tx } from "@repo/db";
import { type Decision, checkDecision } from "../decision.ts";
import { type Page, invalidCursor, limitOf } from "../page.ts";

/** What an operator can do, as the log of actions names it. `send`: after a restore. */
export const ACTIONS = [
  "retry",
  "cancel",
  "hold",
  "release",
  "send",
  "allow-evidence",
  "restored",
  "pause",
  "resume",
  "lower-rate",
  "suppress",
  "unsuppress",
  "role",
  "create-key",
  "revoke-key",
  "export",
] as const;
export type ActionName = (typeof ACTIONS)[number];

/** An action, or the same action on several messages at once. */
export interface LoggedAction {
  at: Date;
  action: ActionName;
  by: string;
  because: string;
  /** How many rows of the log it has: one for each message or address that it changed. */
  count: number;
  /** The message, if it changed a single one. */
  messageId: string | null;
  /** The address that it is about, as its key. Null too if it is about several. */
  address: string | null;
  /** What else it is about. */
  subject: string | null;
}

export interface ActionPage {
  /** Newest first. */
  actions: LoggedAction[];
  /** Pass it as `before` for the next page; null at the end. */
  next: string | null;
}

/** What an action without a message is about. */
export interface RecordedAction extends Decision {
  action: ActionName;
  /** The key of an address. An erasure of the person deletes the row. */
  addressKey?: string;
  /** Anything else: a configuration set, a rate, the id of an account. Never an address. */
  subject?: string;
}

/**
 * Writes an action to the log, in the caller's transaction. `by` is a name or an id. It must not be
 * an address, because an erasure does not change it.
 *
 * @throws EmailError `NO_REASON`
 */
export async function recordAction(
  tx: Db | Tx,
  { action, addressKey = null, subject = null, ...decision }: Nullable<RecordedAction>,
): Promise<void> {
  const { by, because } = checkDecision(decision);
  await tx.$executeRaw`
    INSERT INTO operator_actions (action, done_by, because, address_key, subject)
    VALUES (${action}, ${by}, ${because}, ${addressKey}, ${subject})`;
}

type Nullable<T> = { [K in keyof T]: undefined extends T[K] ? T[K] | null : T[K] };

// A time to the microsecond, and the id of a row. Date.parse alone takes much that PostgreSQL does
// not, such as `1`.
const CURSOR =
  /^(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z)\/([\da-f]{8}(?:-[\da-f]{4}){3}-[\da-f]{12})$/;

/**
 * A page of what operators did, newest first. An action on many messages is one entry for each
 * thousand.
 *
 * @throws EmailError `INVALID_CURSOR`
 */
export async function listActions(db: Db | Tx, page: Page = {}): Promise<ActionPage> {
  const limit = limitOf(page);
  const before = page.before === undefined ? undefined : parseCursor(page.before);
  const earlier = before ? Prisma.sql`done_at <= ${before.at}::timestamptz` : Prisma.sql`true`;
  // Several actions may have the same time. The lowest of their ids then tells their order.
  const after = before
    ? Prisma.sql`(done_at, min(id::text)) < (${before.at}::timestamptz, ${before.id})`
    : Prisma.sql`true`;
  const found = await db.$queryRaw<(LoggedAction & { cursor: string })[]>`
    SELECT done_at AS at,
      to_char(done_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"') || '/' || min(id::text)
        AS cursor,
      action, done_by AS by, because,
      count(*)::int AS count,
      CASE WHEN count(*) = 1 THEN min(message_id::text) END AS "messageId",
      CASE WHEN count(DISTINCT address_key) = 1 THEN min(address_key) END AS address,
      CASE WHEN count(DISTINCT subject) = 1 THEN min(subject) END AS subject
    FROM operator_actions
    WHERE ${earlier} AND done_at >= (
      -- Otherwise it would group the whole log. Two times more than the limit: one tells whether there
      -- is a next page, and the cursor's own time may have no entry left.
      SELECT min(done_at) FROM (
        SELECT DISTINCT done_at FROM operator_actions WHERE ${earlier}
        ORDER BY done_at DESC LIMIT ${limit + 2}
      ) times
    )
    GROUP BY done_at, action, done_by, because HAVING ${after}
    ORDER BY done_at DESC, min(id::text) DESC LIMIT ${limit + 1}`;
  const last = found.length > limit ? found[limit - 1] : undefined;
  const actions = found.slice(0, limit).map(({ cursor: _cursor, ...action }) => action);
  return { actions, next: last?.cursor ?? null };
}

function parseCursor(text: string): { at: string; id: string } {
  const [, at, id] = CURSOR.exec(text) ?? [];
  if (at !== undefined && id !== undefined && Date.parse(at) > 0) return { at, id };
  throw invalidCursor();
}
