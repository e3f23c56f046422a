import type { Db } from "@repo/db";

/** Counts of one hour, as settlements and events would have added them. */
export async function addCounts(
  db: Db,
  hoursAgo: number,
  counts: Partial<Record<"accepted" | "bounced" | "complained", number>>,
  source = "eu-west-1/app",
): Promise<void> {
  for (const [kind, count] of Object.entries(counts)) {
    await db.$executeRaw`
      INSERT INTO hourly_counts AS h (hour, dimension, value, kind, count)
      SELECT date_trunc('hour', now() - ${hoursAgo} * interval '1 hour', 'UTC'), dimension, value,
        ${kind}, ${count}
      FROM (VALUES ('all', ''), ('source', ${source})) d(dimension, value)
      ON CONFLICT (dimension, hour, value, kind) DO UPDATE SET count = h.count + EXCLUDED.count`;
  }
}
