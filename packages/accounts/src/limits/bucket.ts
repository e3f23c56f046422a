import { type Db, Prisma } from "@repo/db";

/** One point of one bucket. */
export interface Use<Name extends string = string> {
  name: Name;
  /** Keyed hash of what the bucket is for, such as a mailbox. */
  keyHash: Uint8Array;
  /** Points of a full bucket: an integer, at least 1. */
  amount: number;
  /** In which an empty bucket is full again. */
  minutes: number;
}

/** What became of a use; where it was refused, the whole seconds until one is granted. */
export type Taken = { granted: true } | { granted: false; retryAfter: number };

/**
 * Takes a point out of each bucket that has one. Each use is granted or refused by itself; a
 * refused one changes nothing.
 *
 * All in one statement, so that no crowd of callers, in any number of processes, is granted more
 * than there is. It commits by itself: a caller's transaction that is rolled back would undo it.
 *
 * @param uses no bucket twice: PostgreSQL refuses that
 * @returns what became of each, in the order of `uses`
 */
export async function take(db: Db, uses: Use[]): Promise<Taken[]> {
  if (uses.length === 0) return [];
  // A row says when its bucket is full. Each point moves that on by the time in which one comes
  // back; a bucket whose time is over is as full as one without a row. This is GCRA: the refill
  // needs no job, and a bucket one number.
  //
  // clock_timestamp(), not now(): a request that waited for another's point began before that was
  // taken, and would read the bucket as emptier than it is.
  const rows = await db.query<{ granted: boolean }>(Prisma.sql`
    WITH uses AS MATERIALIZED (${given(uses)}), taken AS (
      INSERT INTO limits AS bucket (name, key, full_at)
      SELECT name, key, clock_timestamp() + point FROM uses
      -- The order in which overlapping callers wait for each other: never in a circle.
      ORDER BY name, key
      ON CONFLICT (name, key) DO UPDATE
      SET full_at = greatest(bucket.full_at, clock_timestamp()) +
        (SELECT point FROM uses WHERE (uses.name, uses.key) = (bucket.name, bucket.key))
      WHERE bucket.full_at <= clock_timestamp() +
        (SELECT but_one FROM uses WHERE (uses.name, uses.key) = (bucket.name, bucket.key))
      RETURNING name, key
    )
    SELECT taken.key IS NOT NULL AS granted
    FROM uses LEFT JOIN taken USING (name, key) ORDER BY place`);
  const refused = uses.filter((_, i) => !rows[i]?.granted);
  const waits = refused.length > 0 ? await secondsUntil(db, refused) : [];
  return rows.map(({ granted }) =>
    granted ? { granted } : { granted, retryAfter: waits.shift() ?? 1 },
  );
}

/** Puts a point back into each bucket: for what was granted and then did not happen. */
export async function giveBack(db: Db, uses: Use[]): Promise<void> {
  if (uses.length === 0) return;
  // A bucket never holds more than its amount: a time that is over, however long, means full.
  await db.query(Prisma.sql`
    WITH locked AS MATERIALIZED (
      SELECT name, key, point FROM limits JOIN (${given(uses)}) AS uses USING (name, key)
      -- In the order of take().
      ORDER BY name, key FOR UPDATE OF limits
    )
    UPDATE limits SET full_at = full_at - point
    FROM locked WHERE (limits.name, limits.key) = (locked.name, locked.key)`);
}

/**
 * Housekeeping: deletes buckets that are full, which says the same as no row.
 *
 * @param limit rows at the most; what is left waits for the next call
 * @returns how many were deleted
 */
export async function deleteFullLimits(db: Db, limit = 10_000): Promise<number> {
  // Passes over what somebody takes from right now, and so waits for nobody.
  return db.$executeRaw`
    WITH full_ones AS MATERIALIZED (
      SELECT name, key FROM limits WHERE full_at <= now()
      ORDER BY full_at LIMIT ${limit} FOR UPDATE SKIP LOCKED
    )
    DELETE FROM limits USING full_ones
    WHERE (limits.name, limits.key) = (full_ones.name, full_ones.key)`;
}

/** A statement of its own: the one that refuses does not see what others have just taken. */
async function secondsUntil(db: Db, uses: Use[]): Promise<number[]> {
  // At least 1, also where a point has come back meanwhile, or the row is gone.
  const rows = await db.query<{ seconds: number }>(Prisma.sql`
    SELECT greatest(1, ceil(extract(epoch FROM full_at - but_one - clock_timestamp())))::int
      AS seconds
    FROM (${given(uses)}) AS uses LEFT JOIN limits USING (name, key) ORDER BY place`);
  return rows.map(({ seconds }) => seconds);
}

/** The uses as rows: `point` is the time in which one comes back, `but_one` that of the others. */
function given(uses: Use[]): Prisma.Sql {
  // `but_one` is made of the rounded `point`, or a microsecond could cost the last point.
  return Prisma.sql`
    SELECT name, key, place, point, point * (amount - 1) AS but_one
    FROM unnest(
      ${uses.map(({ name }) => name)}::text[],
      ${uses.map(({ keyHash }) => keyHash)}::bytea[],
      ${uses.map(({ amount }) => amount)}::int[],
      ${uses.map(({ amount, minutes }) => (minutes * 60) / amount)}::float8[]
    ) WITH ORDINALITY AS u (name, key, amount, seconds, place),
    make_interval(secs => seconds) AS point`;
}
