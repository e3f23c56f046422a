import type { Db } from "@repo/db";
import { now } from "../../shared/clock.ts";

/** The same database client, noting how long each claim took. */
export function timed(db: Db, claims: number[]): Db {
  const extended = db.$extends({
    query: {
      async $queryRaw({ args, query }) {
        const start = now();
        const rows = await query(args);
        // The one statement that locks what it reads.
        if (args.sql.includes("SKIP LOCKED")) claims.push(now() - start);
        return rows;
      },
    },
  });
  return extended as unknown as Db;
}
