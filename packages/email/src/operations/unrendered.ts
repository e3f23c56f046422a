import { type Db, Prisma, type Tx } from "@repo/db";
import { FIRST_TRIED } from "./waiting.ts";

/** What operators must know about emails that cannot be rendered, or whose contents cannot be opened. */
export interface Unrendered {
  /** `stopped`: two or more fail, and none was sent that was queued after them. */
  sending: "slowed" | "stopped";
  /** Ends the sentence "Sending is stopped because …". */
  why: string;
  /** When the oldest of them was first tried. */
  since: Date;
  /** The next step, as a sentence. */
  next: string;
  /** The error of the newest. For operators only. */
  error: string | null;
}

// Such an email waits until somebody repairs something, so an operator must know of the first one.
// But the worker may be deployed after web, and does not know a new template until then. That takes
// some minutes.
const MINUTES = 5;
// So that many of them cost no more than a few.
const MAX_COUNTED = 10_000;
// How many emails are looked at that were queued after the newest of them. If none was sent, sending
// counts as stopped. An alert about it may still go out: its template may be well.
const LATER = 1_000;

const NEXT =
  "Repair the template: the worker's log says where it fails. Or add the key that the error names to EMAIL_KEY. Then deploy the worker, and the emails go out by themselves.";

/** @returns null if every email can be rendered, or if the first failure is younger than five minutes */
export async function findUnrendered(db: Db | Tx): Promise<Unrendered | null> {
  type Row = { messages: number; since: Date; error: string | null; isAll: boolean };
  const [row] = await db.$queryRaw<Row[]>`
    WITH failing AS MATERIALIZED (
      SELECT id, created_at, last_error FROM messages
      WHERE state IN ('queued', 'sending') AND unrendered_at IS NOT NULL
        -- Not those that an operator holds.
        AND due_at <= now() + interval '10 minutes'
      ORDER BY id LIMIT ${MAX_COUNTED}
    ), oldest AS (
      SELECT ${FIRST_TRIED} AS since FROM (SELECT * FROM failing ORDER BY id LIMIT 1) m
    ), last AS (
      SELECT id FROM failing WHERE created_at <= now() - ${LONG} ORDER BY id DESC LIMIT 1
    )
    SELECT (SELECT count(*)::int FROM failing) AS messages, since,
      (SELECT last_error FROM failing ORDER BY id DESC LIMIT 1) AS error,
      NOT EXISTS (
        SELECT FROM (
          SELECT closed_reason FROM messages WHERE id > (SELECT id FROM last)
          ORDER BY id LIMIT ${LATER}
        ) later WHERE closed_reason = 'sent'
      ) AS "isAll"
    FROM oldest WHERE since <= now() - ${LONG}`;
  if (!row) return null;
  const { messages, since, error, isAll } = row;
  // One email tells nothing about the others.
  const isStopped = isAll && messages > 1;
  const some = `${messages} ${messages === 1 ? "email" : "emails"} cannot be rendered`;
  return {
    sending: isStopped ? "stopped" : "slowed",
    why: isStopped ? "none of the newest emails can be rendered" : some,
    since,
    next: NEXT,
    error,
  };
}

const LONG = Prisma.sql`${MINUTES} * interval '1 minute'`;
