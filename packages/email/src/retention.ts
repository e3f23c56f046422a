import type { Db } from "@repo/db";
import { firstUuidAt } from "./uuid.ts";

export interface Retention {
  /** Days since the message was closed. Default: 90, or 7 for `eraseOldContents`. */
  olderThanDays?: number;
  /** Rows of one transaction. Default: 1,000. */
  batch?: number;
  signal?: AbortSignal;
}

export interface DeletedMessages {
  messages: number;
  /** Events that never found their message. */
  unattachedEvents: number;
  /** There is more to delete: the call ended at its limit, or at the signal. */
  more: boolean;
}

// Days for which the log keeps a closed message and its idempotency key (docs/runbook.md).
const LOG_DAYS = 90;
// Days in which an operator can send a failed message again, or one in doubt.
const CONTENTS_DAYS = 7;
// The limit of one call: about half a minute of work.
const BATCHES = 100;
// In ms. An id contains the time of the process that made it, and PostgreSQL's clock may differ.
const CLOCK_MARGIN = 10 * 60_000;
const DAY = 24 * 60 * 60_000;
const FIRST = "00000000-0000-0000-0000-000000000000";

/**
 * Deletes old closed messages with their attempts and events, oldest first, and then old events
 * that never found their message. Messages that are queued, sending or in doubt stay, however old.
 * A message's idempotency key is deleted with it: the same key then queues a new message.
 *
 * Each batch is a transaction, and begins after the last id of the batch before: deleted rows stay
 * in the index until a vacuum, and would slow the next batch down. Several processes may run this
 * at once.
 */
export async function deleteOldMessages(
  db: Db,
  { olderThanDays = LOG_DAYS, batch = 1_000, signal }: Retention,
): Promise<DeletedMessages> {
  const end = firstUuidAt(new Date(Date.now() - olderThanDays * DAY + CLOCK_MARGIN));
  const deleted: DeletedMessages = { messages: 0, unattachedEvents: 0, more: true };
  let batches = 0;

  /** @returns whether it reached the end */
  async function walk(step: (after: string) => Promise<Step>, add: (n: number) => void) {
    for (let after: string | null = FIRST; after !== null;) {
      if (signal?.aborted || batches >= BATCHES) return false;
      const { deleted: n, last } = await step(after);
      add(n);
      // Rows that stay cost little. If they counted, the call might never get past them.
      if (n > 0) batches++;
      after = last;
    }
    return true;
  }

  const walked =
    (await walk(
      (after) => deleteMessages(db, { after, end, olderThanDays, batch }),
      (n) => (deleted.messages += n),
    )) &&
    // Last, because most old events have been deleted with their messages by now.
    (await walk(
      (after) => deleteUnattached(db, { after, end, olderThanDays, batch }),
      (n) => (deleted.unattachedEvents += n),
    ));
  return { ...deleted, more: !walked };
}

interface Range {
  after: string;
  end: string;
  olderThanDays: number;
  batch: number;
}

/** `last`: the last id that was looked at; null when there are no more. */
type Step = { deleted: number; last: string | null };

/**
 * Erases the contents of messages that failed or were closed in doubt, after `olderThanDays` or
 * when they expire. Nobody can retry such a message afterwards.
 *
 * @returns the number of messages
 */
export async function eraseOldContents(
  db: Db,
  { olderThanDays = CONTENTS_DAYS, batch = 1_000, signal }: Retention,
): Promise<number> {
  let erased = 0;
  for (;;) {
    const last = await db.$executeRaw`
      UPDATE messages m SET payload = NULL FROM (
        SELECT id FROM messages WHERE state = 'closed' AND payload IS NOT NULL
          AND (closed_at < now() - ${olderThanDays} * interval '1 day' OR expires_at <= now())
        ORDER BY id LIMIT ${batch} FOR UPDATE SKIP LOCKED
      ) old WHERE m.id = old.id`;
    erased += last;
    if (last < batch || signal?.aborted) return erased;
  }
}

async function deleteMessages(db: Db, { after, end, olderThanDays, batch }: Range): Promise<Step> {
  const [row] = await db.$queryRaw<Step[]>`
    WITH walked AS MATERIALIZED (
      SELECT id FROM messages WHERE id > ${after}::uuid AND id < ${end}::uuid
      ORDER BY id LIMIT ${batch}
    ), old AS MATERIALIZED (
      SELECT m.id FROM messages m JOIN walked USING (id)
      WHERE m.state = 'closed' AND m.closed_at < now() - ${olderThanDays} * interval '1 day'
      ORDER BY m.id FOR UPDATE OF m SKIP LOCKED
    ), events_too AS (
      DELETE FROM events e USING old WHERE e.message_id = old.id
    ), gone AS (
      -- The foreign key deletes their attempts.
      DELETE FROM messages m USING old WHERE m.id = old.id RETURNING m.id
    )
    SELECT (SELECT count(*) FROM gone)::int AS deleted,
      (SELECT id FROM walked ORDER BY id OFFSET ${batch - 1}) AS last`;
  return row ?? { deleted: 0, last: null };
}

async function deleteUnattached(
  db: Db,
  { after, end, olderThanDays, batch }: Range,
): Promise<Step> {
  const [row] = await db.$queryRaw<Step[]>`
    WITH walked AS MATERIALIZED (
      SELECT id FROM events WHERE id > ${after}::uuid AND id < ${end}::uuid
      ORDER BY id LIMIT ${batch}
    ), old AS MATERIALIZED (
      SELECT e.id FROM events e JOIN walked USING (id)
      WHERE e.message_id IS NULL AND e.received_at < now() - ${olderThanDays} * interval '1 day'
      FOR UPDATE OF e SKIP LOCKED
    ), gone AS (
      DELETE FROM events e USING old WHERE e.id = old.id RETURNING e.id
    )
    SELECT (SELECT count(*) FROM gone)::int AS deleted,
      (SELECT id FROM walked ORDER BY id OFFSET ${batch - 1}) AS last`;
  return row ?? { deleted: 0, last: null };
}
