import { CLOCK_SKEW, type Db, Prisma } from "@repo/db";

/** A use takes one point from one bucket. */
export interface Use<Name extends string = string> {
  name: Name;
  /** Keyed hash of the bucket's owner, such as a mailbox. */
  keyHash: Uint8Array;
  /** Points of a full bucket: an integer, at least 1. */
  amount: number;
  /** How long an empty bucket takes to fill. */
  minutes: number;
}

/** The result of a use. After a refusal: whole seconds until a point comes back. */
export type Taken = { granted: true } | { granted: false; retryAfter: number };

/**
 * Takes a point from each bucket that has one. Each use is granted or refused separately. A refused
 * use changes nothing.
 *
 * One statement does it all, so concurrent callers in any number of processes never get more than
 * the amount. It commits on its own: in the caller's transaction, a rollback would undo it.
 *
 * @param uses each bucket only once: PostgreSQL refuses repetitions
 * @returns the results, in the order of `uses`
 */
export async function take(db: Db, uses: Use[]): Promise<Taken[]> {
  if (uses.length === 0) return [];
  // A row says when its bucket will be full. Taking a point delays that by the time of one point.
  // When that time has passed, the bucket is full, like a bucket without a row. This is GCRA: a
  // bucket needs one number, and no job refills it.
  //
  // clock_timestamp(), not now(): now() is the start of the transaction. After waiting for another
  // caller, it would be too old, and the bucket would seem emptier than it is.
  const rows = await db.query<{ granted: boolean }>(Prisma.sql`
    WITH uses AS MATERIALIZED (${given(uses)}), taken AS (
      INSERT INTO limits AS bucket (name, key, full_at)
      SELECT name, key, clock_timestamp() + point FROM uses
      -- All callers lock in this order, so they never deadlock.
      ORDER BY name, key
      ON CONFLICT (name, key) DO UPDATE
      SET full_at = (
        SELECT point +
          greatest(least(bucket.full_at, clock_timestamp() + but_one), clock_timestamp())
        FROM uses WHERE (uses.name, uses.key) = (bucket.name, bucket.key)
      )
      WHERE (
        SELECT bucket.full_at <= clock_timestamp() + but_one
          -- Later than that of an empty bucket: another clock wrote it. The bucket would refuse until
          -- then. Instead it grants a point, and counts by this clock.
          OR bucket.full_at > clock_timestamp() + but_one + point + ${CLOCK_SKEW} * interval '1 second'
        FROM uses WHERE (uses.name, uses.key) = (bucket.name, bucket.key)
      )
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

/** Puts a point back for each use that was granted but did not happen. */
export async function giveBack(db: Db, uses: Use[]): Promise<void> {
  if (uses.length === 0) return;
  // A bucket never holds more than its amount: any time in the past means full.
  await db.query(Prisma.sql`
    WITH locked AS MATERIALIZED (
      SELECT name, key, points FROM limits JOIN (
        SELECT name, key, sum(point) AS points FROM (${given(uses)}) AS all_uses GROUP BY name, key
        LIMIT ${uses.length} -- The planner then expects few rows, and uses the index.
      ) AS uses USING (name, key)
      -- In the order of take().
      ORDER BY name, key FOR UPDATE OF limits
    )
    UPDATE limits SET full_at = full_at - points
    FROM locked WHERE (limits.name, limits.key) = (locked.name, locked.key)`);
}

/**
 * Housekeeping: deletes full buckets. A missing row means a full bucket.
 *
 * @param limit rows at most; the next call deletes the others
 * @returns how many were deleted
 */
export async function deleteFullLimits(db: Db, limit = 10_000): Promise<number> {
  // SKIP LOCKED: skips buckets in use, so it never waits.
  return db.$executeRaw`
    WITH full_ones AS MATERIALIZED (
      SELECT name, key FROM limits WHERE full_at <= now()
      ORDER BY full_at LIMIT ${limit} FOR UPDATE SKIP LOCKED
    )
    DELETE FROM limits USING full_ones
    WHERE (limits.name, limits.key) = (full_ones.name, full_ones.key)`;
}

/**
 * Whole seconds until each bucket grants a point. A separate statement, because the first one does
 * not see what others have just taken.
 */
async function secondsUntil(db: Db, uses: Use[]): Promise<number[]> {
  // At least 1, even if a point has come back in the meantime or the row is gone.
  const rows = await db.query<{ seconds: number }>(Prisma.sql`
    SELECT greatest(1, ceil(extract(epoch FROM full_at - but_one - clock_timestamp())))::int
      AS seconds
    FROM (${given(uses)}) AS uses LEFT JOIN limits USING (name, key) ORDER BY place`);
  return rows.map(({ seconds }) => seconds);
}

/** The uses as rows. `point` is the time of one point, `but_one` the time of all points but one. */
function given(uses: Use[]): Prisma.Sql {
  // `but_one` is computed from the rounded `point`. Otherwise rounding could cost the last point.
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
