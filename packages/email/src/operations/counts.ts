import { Prisma } from "@repo/db";

// How many emails had which result, by hour. Settlements and events append to `pending_counts`, in
// their own transaction, so that a count is exact and no transaction waits for another. A worker
// folds these rows into `hourly_counts` every few seconds. docs/decisions/operations.md has what
// was rejected.

/** Upper bounds of the times that are counted, in seconds. The last bucket has none. */
export const TIME_BOUNDS = [0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300, 900, 3_600] as const;

/** All counts, folded or not: `hour`, `dimension`, `value`, `kind`, `count`. */
export const COUNTS = Prisma.sql`(
  SELECT hour, dimension, value, kind, count FROM hourly_counts
  UNION ALL
  SELECT p.hour, d.dimension, d.value, p.kind, p.count FROM pending_counts p ${dimensions()}
)`;

/** What one row of `pending_counts` adds to `hourly_counts`. */
export function dimensions(): Prisma.Sql {
  return Prisma.sql`CROSS JOIN LATERAL (VALUES
    ('all', ''), ('template', p.template), ('domain', p.domain),
    ('source', NULLIF(p.source, '')), ('time', p.bucket::text)
  ) d(dimension, value)`;
}

/**
 * Which bucket of `TIME_BOUNDS` a time lies in.
 *
 * @param seconds SQL of a number
 */
export function bucketOf(seconds: Prisma.Sql): Prisma.Sql {
  return Prisma.sql`width_bucket((${seconds})::float8, ${[...TIME_BOUNDS]}::float8[])`;
}

/** The recipient's domain, from SQL of the key of an address. */
export function domainOf(key: Prisma.Sql): Prisma.Sql {
  return Prisma.sql`split_part(${key}, '@', -1)`;
}

/**
 * The INSERT that counts, for the statement that stores what it counts.
 *
 * @param seen a query of `at`, `kind`, `template`, `domain`, `source` and `bucket`, a row for each
 *   email. A row without `kind` does not count, nor does email to SES's mailbox simulator: AWS's own
 *   rates leave it out. https://docs.aws.amazon.com/ses/latest/dg/send-an-email-from-console.html
 */
export function count(seen: Prisma.Sql): Prisma.Sql {
  return Prisma.sql`
    INSERT INTO pending_counts (hour, kind, template, domain, source, bucket, count)
    SELECT date_trunc('hour', LEAST(at, now()), 'UTC'), kind, template, domain,
      COALESCE(source, ''), bucket, count(*)
    FROM (${seen}) seen
    WHERE kind IS NOT NULL AND domain <> 'simulator.amazonses.com'
    GROUP BY 1, 2, 3, 4, 5, 6`;
}
