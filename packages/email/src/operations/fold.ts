import { type Db, Prisma } from "@repo/db";
import { dimensions } from "./counts.ts";

// How many domains an hour counts separately. The rest count together.
const MAX_DOMAINS = 50;
const OTHER_DOMAINS = "other";
// As long as the log keeps a message.
const KEPT_DAYS = 90;

/**
 * Adds what is pending to the counts by hour, and deletes hours older than 90 days. Only one
 * worker does it at a time: meanwhile the call of another worker does nothing.
 */
export async function foldCounts(db: Db): Promise<void> {
  await db.$transaction(async (tx) => {
    // A statement of its own: the next one then sees what the worker before has committed.
    // Otherwise an hour could take in more domains than it may.
    const [alone] = await tx.$queryRaw<{ may: boolean }[]>`
      SELECT pg_try_advisory_xact_lock(hashtext('email.fold')) AS may`;
    if (alone?.may) await tx.$executeRaw(FOLD);
  });
}

const FOLD = Prisma.sql`
    WITH taken AS (
      DELETE FROM pending_counts RETURNING *
    ), given AS (
      SELECT p.hour, d.dimension, d.value, p.kind, sum(p.count)::int AS count
      FROM taken p ${dimensions()} WHERE d.value IS NOT NULL GROUP BY 1, 2, 3, 4
    ), domains AS (
      -- An hour takes in new domains until it is full, those with the most emails first.
      SELECT hour, value, row_number() OVER (PARTITION BY hour ORDER BY count DESC, value) AS place
      FROM (
        SELECT hour, value, sum(count) AS count FROM given g
        WHERE dimension = 'domain' AND NOT EXISTS (
          SELECT FROM hourly_counts h
          WHERE h.dimension = 'domain' AND h.hour = g.hour AND h.value = g.value
        ) GROUP BY hour, value
      ) new
    ), surplus AS (
      SELECT hour, value FROM domains d WHERE place > ${MAX_DOMAINS} - (
        SELECT count(DISTINCT value) FROM hourly_counts h
        WHERE h.dimension = 'domain' AND h.hour = d.hour AND h.value <> ${OTHER_DOMAINS}
      )
    ), aged AS (
      -- By dimension, so that the index finds them.
      DELETE FROM hourly_counts
      WHERE dimension IN ('all', 'template', 'domain', 'source', 'time')
        AND hour < now() - ${KEPT_DAYS} * interval '1 day'
    )
    INSERT INTO hourly_counts AS h (hour, dimension, value, kind, count)
    SELECT g.hour, g.dimension,
      CASE WHEN s.value IS NULL THEN g.value ELSE ${OTHER_DOMAINS} END, g.kind, sum(g.count)
    FROM given g LEFT JOIN surplus s
      ON g.dimension = 'domain' AND s.hour = g.hour AND s.value = g.value
    GROUP BY 1, 2, 3, 4
    ON CONFLICT (dimension, hour, value, kind) DO UPDATE SET count = h.count + EXCLUDED.count`;
