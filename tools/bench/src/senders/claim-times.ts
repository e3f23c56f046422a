import type { Db, Prisma } from "@repo/db";
import { now } from "@repo/measure/clock";

/** Makes a database client record the time of each claim. */
export function timed(db: Db, claims: number[]): Db {
  const query = db.query.bind(db);
  return Object.assign(db, {
    async query<Row>(statement: Prisma.Sql): Promise<Row[]> {
      const start = now();
      const rows = await query<Row>(statement);
      // Only the claim orders by priority.
      if (statement.text.includes("ORDER BY priority")) claims.push(now() - start);
      return rows;
    },
  });
}
