import { type Db, Prisma, type Tx } from "@repo/db";

/** What waits of one category. */
export interface Waiting {
  category: string;
  /** The lowest `Message.priority` of them: 0 or 1 for security mail, more for other email. */
  priority: number;
  /** How many, up to 10,000 of each priority. */
  messages: number;
  /** How many of them are due. The others wait for their next try. */
  due: number;
  /** Since when the oldest waits, and for how many seconds, by PostgreSQL's clock. */
  oldest: Date;
  seconds: number;
}

/** The last of the failures with the same code. */
export interface LastError {
  code: string;
  /** The server's answer, without an address. */
  error: string;
  at: Date;
  /** How many messages have it, of those that were read. */
  messages: number;
}

// So that a long queue costs no more than a short one.
const MAX_LOOKED_AT = 10_000;
const MAX_DEPTH = 100_000;
const MAX_FAILURES = 500;

/**
 * When a message `m` that was tried before began to wait: with its first call. Its `due_at` is that
 * of the next call, and it may have been queued long before its time.
 */
export const FIRST_TRIED = Prisma.sql`COALESCE(
  (SELECT min(started_at) FROM attempts a WHERE a.message_id = m.id), m.created_at)`;

/**
 * What is due or was tried already, by category, the oldest first. The wait of a message begins
 * when it is due. If it was tried before, the wait began with its first call.
 */
export function readWaiting(db: Db | Tx): Promise<Waiting[]> {
  return db.$queryRaw<Waiting[]>`
    SELECT category, min(p.priority)::int AS priority, count(*)::int AS messages,
      count(*) FILTER (WHERE due_at <= now())::int AS due,
      min(since) AS oldest, extract(epoch FROM now() - min(since))::int AS seconds
    FROM generate_series(0, 3) p(priority) CROSS JOIN LATERAL (
      SELECT category, due_at, CASE WHEN attempt_count = 0 THEN due_at ELSE ${FIRST_TRIED} END AS since
      FROM messages m
      WHERE state = 'queued' AND m.priority = p.priority
        AND (due_at <= now() OR attempt_count > 0 AND due_at <= now() + interval '10 minutes')
      ORDER BY due_at LIMIT ${MAX_LOOKED_AT}
    ) m
    GROUP BY category ORDER BY oldest`;
}

/** How many messages are not closed, by state: up to 100,000 of each. */
export interface Open {
  /** Scheduled and held ones too. */
  queued: number;
  sending: number;
  inDoubt: number;
}

export async function readOpen(db: Db | Tx): Promise<Open> {
  const [row] = await db.$queryRaw<[Open]>`
    SELECT (SELECT count(*)::int FROM
        (SELECT FROM messages WHERE state = 'queued' LIMIT ${MAX_DEPTH}) m) AS queued,
      (SELECT count(*)::int FROM
        (SELECT FROM messages WHERE state = 'sending' LIMIT ${MAX_DEPTH}) m) AS sending,
      (SELECT count(*)::int FROM
        (SELECT FROM messages WHERE state = 'unknown' LIMIT ${MAX_DEPTH}) m) AS "inDoubt"`;
  return row;
}

/**
 * The last error of each kind, newest first: of messages that wait after a failed call, and of the
 * newest that failed or were closed in doubt.
 */
export function readErrors(db: Db | Tx): Promise<LastError[]> {
  return db.$queryRaw<LastError[]>`
    WITH failed AS (
      (SELECT id, last_error, unrendered_at, created_at AS at FROM (
        SELECT * FROM messages WHERE state = 'queued' ORDER BY priority, due_at
        LIMIT ${MAX_LOOKED_AT}
      ) q WHERE attempt_count > 0 LIMIT ${MAX_FAILURES})
      UNION ALL
      (SELECT id, last_error, NULL, closed_at FROM messages
        WHERE closed_reason = 'failed' ORDER BY id DESC LIMIT ${MAX_FAILURES})
      UNION ALL
      (SELECT id, last_error, NULL, closed_at FROM messages
        WHERE closed_reason = 'unknown' ORDER BY id DESC LIMIT ${MAX_FAILURES})
    ), known AS (
      SELECT split_part(last_error, ': ', 1) AS code,
        substr(last_error, strpos(last_error, ': ') + 2) AS error,
        COALESCE(unrendered_at, (SELECT finished_at FROM attempts a WHERE a.message_id = f.id
          ORDER BY number DESC LIMIT 1), f.at) AS at
      FROM failed f WHERE last_error IS NOT NULL
    )
    SELECT DISTINCT ON (code) code, error, at, count(*) OVER (PARTITION BY code)::int AS messages
    FROM known ORDER BY code, at DESC`.then((errors) =>
    errors.toSorted((a, b) => b.at.getTime() - a.at.getTime()),
  );
}

/**
 * When the last event of SES was stored; null if there is none. An erasure or the log's age may
 * have deleted that event: then it is the beginning of the hour of the last event that was counted.
 */
export async function readLastEvent(db: Db | Tx): Promise<Date | null> {
  const [row] = await db.$queryRaw<{ at: Date | null }[]>`
    SELECT GREATEST(
      (SELECT received_at FROM events ORDER BY id DESC LIMIT 1),
      (SELECT hour FROM hourly_counts
        WHERE dimension = 'all' AND value = '' AND kind IN ('delivered', 'bounced', 'complained')
        ORDER BY hour DESC LIMIT 1),
      (SELECT max(hour) FROM pending_counts WHERE kind IN ('delivered', 'bounced', 'complained'))
    ) AS at`;
  return row?.at ?? null;
}
