import { Prisma } from "@repo/db";

/**
 * An SQL expression: the moment at which its statement sees the database. It is PostgreSQL's
 * snapshot: the id of the next transaction, then those of the transactions that still run, joined
 * by hyphens. A time would not do, because a row has the time at which its transaction began.
 *
 * https://www.postgresql.org/docs/current/functions-info.html#FUNCTIONS-INFO-SNAPSHOT
 */
export const AS_OF = Prisma.sql`(
  SELECT concat_ws('-', pg_snapshot_xmax(s), (SELECT string_agg(id::text, '-') FROM pg_snapshot_xip(s) id))
  FROM pg_current_snapshot() s)`;

/** What `AS_OF` returns. */
export const isAsOf = (text: string): boolean => /^\d{1,15}(?:-\d{1,15}){0,1000}$/.test(text);

/**
 * A condition: row `m` was visible at that moment, and nobody has changed it since. A row that was
 * written inside a savepoint counts as visible before it is committed.
 */
export function unchangedSince(asOf: string): Prisma.Sql {
  const [next = 0, ...running] = asOf.split("-").map(Number);
  // `xmin` has the last 32 bits of the id of the transaction that wrote the row.
  const ago = Prisma.sql`((${next}::bigint - m.xmin::text::bigint) & 4294967295)`;
  return Prisma.sql`${ago} BETWEEN 1 AND 2147483647
    AND ${next}::bigint - ${ago} <> ALL(${running}::bigint[])`;
}
