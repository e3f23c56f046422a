import type { Db } from "@repo/db";
import { firstUuidAt } from "./uuid.ts";

export interface Retention {
  /** Since a message was closed. */
  olderThanDays: number;
  /** Rows of one transaction; 1,000 by default. */
  batch?: number;
  signal?: AbortSignal;
}

export interface DeletedMessages {
  messages: number;
  /** Events about messages that nobody knew. */
  unattachedEvents: number;
  /** More is old enough: the call has ended at its bound, or at the signal. */
  more: boolean;
}

// Looked at in one call, at most: half a minute's work.
const BATCHES = 100;
// Ids hold the time of the process that made them; PostgreSQL's clock decides. In ms.
const CLOCK_MARGIN = 10 * 60_000;
const DAY = 24 * 60 * 60_000;
const FIRST = "00000000-0000-0000-0000-000000000000";

/**
 * Deletes what is old: closed messages with their attempts and events, oldest first, then events
 * that never found their message. In batches, each its own transaction, that go on from the last
 * id that was looked at, so that the rows that an earlier batch deleted, which stay in the index
 * until a vacuum, are not passed again. Several may run at once; what is still queued, sending or
 * in doubt stays, however old.
 *
 * With a message goes its idempotency key: the same key is then a new message.
 */
export async function deleteOldMessages(
  db: Db,
  { olderThanDays, batch = 1_000, signal }: Retention,
): Promise<DeletedMessages> {
  const end = firstUuidAt(new Date(Date.now() - olderThanDays * DAY + CLOCK_MARGIN));
  const deleted: DeletedMessages = { messages: 0, unattachedEvents: 0, more: true };
  let batches = 0;

  /** @returns whether it came to the end */
  async function walk(step: (after: string) => Promise<Step>, add: (n: number) => void) {
    for (let after: string | null = FIRST; after !== null; batches++) {
      if (signal?.aborted || batches >= BATCHES) return false;
      const { deleted: n, last } = await step(after);
      add(n);
      after = last;
    }
    return true;
  }

  const walked =
    (await walk(
      (after) => deleteMessages(db, { after, end, olderThanDays, batch }),
      (n) => (deleted.messages += n),
    )) &&
    // By now few of the old events are attached, so that this does not walk over theirs.
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
 * Erases the sealed contents of what failed or was closed in doubt so many days ago, or whose time
 * to be sent is over: nobody can retry it from here on.
 *
 * @returns of how many messages
 */
export async function eraseOldContents(
  db: Db,
  { olderThanDays, batch = 1_000, signal }: Retention,
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
      -- Their attempts go by the foreign key.
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
