import type { Db } from "@repo/db";
import { KEPT_DAYS, SESSION_DAYS } from "./lifetimes.ts";
import { deleteFullLimits } from "./limits/bucket.ts";

/** Deletes up to `limit` rows. @returns how many it deleted */
type Delete = (db: Db, limit: number) => Promise<number>;

// SKIP LOCKED leaves rows that others are changing for the next time, so there is no deadlock.
const ENDED: Delete[] = [
  (db, limit) => db.$executeRaw`
    DELETE FROM sign_ups WHERE id IN (
      SELECT id FROM sign_ups WHERE expires_at < now() LIMIT ${limit} FOR UPDATE SKIP LOCKED)`,
  (db, limit) => db.$executeRaw`
    DELETE FROM sessions WHERE id IN (
      SELECT id FROM sessions
      WHERE expires_at < now() OR used_at < now() - make_interval(days => ${SESSION_DAYS.unused}::int)
      LIMIT ${limit} FOR UPDATE SKIP LOCKED)`,
  (db, limit) => db.$executeRaw`
    DELETE FROM links WHERE id IN (
      SELECT id FROM links
      WHERE expires_at < now() - make_interval(days => ${KEPT_DAYS}::int)
      LIMIT ${limit} FOR UPDATE SKIP LOCKED)`,
  (db, limit) => db.$executeRaw`
    DELETE FROM reset_requests WHERE id IN (
      SELECT id FROM reset_requests
      WHERE created_at < now() - make_interval(days => ${KEPT_DAYS}::int)
      LIMIT ${limit} FOR UPDATE SKIP LOCKED)`,
  deleteFullLimits,
];

/**
 * Deletes rows that have ended: unconfirmed sign-ups, sessions, links, requests, and limits that
 * are full again. Several processes may run it at once.
 *
 * @param batch rows that one statement deletes: after a flood, a single statement would take
 *   minutes
 * @returns how many rows it deleted
 */
export async function deleteEnded(db: Db, batch = 10_000): Promise<number> {
  let all = 0;
  for (const deleteSome of ENDED) {
    let some: number;
    do {
      some = await deleteSome(db, batch);
      all += some;
    } while (some === batch);
  }
  return all;
}
