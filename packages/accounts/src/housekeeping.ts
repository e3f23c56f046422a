import type { Db } from "@repo/db";
import { KEPT_DAYS } from "./lifetimes.ts";
import { deleteFullLimits } from "./limits/bucket.ts";

/**
 * Deletes what has ended: sign-ups that nobody confirmed, sessions, links, requests and the rows
 * of limits that are full again. Several processes may do it at once.
 *
 * @returns how many rows there were
 */
export async function deleteEnded(db: Db): Promise<number> {
  const deleted = [
    await db.$executeRaw`DELETE FROM sign_ups WHERE expires_at < now()`,
    await db.$executeRaw`DELETE FROM sessions WHERE expires_at < now()`,
    await db.$executeRaw`
      DELETE FROM links WHERE expires_at < now() - make_interval(days => ${KEPT_DAYS}::int)`,
    await db.$executeRaw`
      DELETE FROM reset_requests
      WHERE created_at < now() - make_interval(days => ${KEPT_DAYS}::int)`,
    await deleteFullLimits(db),
  ];
  return deleted.reduce((sum, count) => sum + count, 0);
}
