import { Prisma } from "@repo/db";

// How many emails had which result, by hour. Settlements and events append to `pending_counts`, in
// their own transaction, so that a count is exact and no transaction waits for another. A worker
// folds these rows into `hourly_counts` every few seconds. docs/decisions/operations.md has what was
// rejected.

/** Upper bounds of the times that are counted, in seconds. The last bucket has none. */
export const TIME_BOUNDS = [0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300, 900, 3_600] as const;

/** All counts, those that are not folded yet too: `hour`, `dimension`, `value`, `kind`, `count`. */
export const COUNTS = Prisma.sql`(
  SELECT hour, dimension, value, kind, count FROM hourly_counts
  UNION ALL
  SELECT p.hour, d.dimension, d.value, p.kind, p.count FROM pending_counts p ${dimensions()}
)`;

/** What one row of `pending_counts` adds to `hourly_counts`. */
function dimensions(): Prisma.Sql {
  return Prisma.sql`CROSS JOIN LATERAL (VALUES
    ('all', ''), ('template', p.template), ('domain', p.domain),
    ('source', NULLIF(p.source, '')), ('time', p.bucket::text)
  ) d(dimension, value)`;
}
