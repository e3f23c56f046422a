import { type Db, Prisma } from "@repo/db";

/** What a look at the database has found. */
export interface DatabaseCheck {
  /** Sending is stopped until an operator has decided about a restore. */
  isStopped: boolean;
  /** Another server has taken over, and nothing was lost. True for one look only. */
  isFailover: boolean;
  /** The time of this look, or of a later one of another worker, by PostgreSQL's clock. */
  seenAt: string;
}

/** Why the database is taken for a restored backup. */
const COPY = "this is another database than before: restored, copied or moved";
const EARLIER = "the database has gone back in time";
// PostgreSQL's codes: the role may not call the function, or this server has no such function.
const UNREADABLE = ["42501", "42883"];

/**
 * Compares the database with what its own row says about the database that workers used last, and
 * updates that row. If it is a restored backup, sending stops until an operator decides
 * (decide.ts), because what waits in it may have been sent already.
 *
 * - Another cluster, database or table: restored from a dump, or copied.
 * - Another timeline, and nobody has looked for five minutes: restored to a point in time. Otherwise
 *   a standby has taken over.
 * - A row that is five minutes older than what the caller last saw: any other restore.
 *
 * docs/decisions/restore.md has the reasoning, and what remains unnoticed.
 *
 * @param options.known `seenAt` of the caller's last look
 * @param options.declared why an operator says that this is a restored backup
 */
export async function checkDatabase(
  db: Db,
  { known, declared }: { known?: string | undefined; declared?: string | undefined } = {},
): Promise<DatabaseCheck> {
  const { systemIdentifier, timelineId } = await clusterOf(db);
  const [row] = await db.query<DatabaseCheck>(Prisma.sql`
    WITH here AS (
      SELECT ${systemIdentifier}::text AS system_identifier, ${timelineId}::int AS timeline_id,
        oid || '/' || 'sending_status'::regclass::oid AS oids
      FROM pg_database WHERE datname = current_database()
    ), compared AS MATERIALIZED (
      -- A comparison with an unknown value is null, which does not count as true.
      SELECT h.*, stopped_by = 'restored' AS was_stopped,
        h.oids <> s.oids OR h.system_identifier <> s.system_identifier AS is_copy,
        h.timeline_id <> s.timeline_id AS has_other_timeline,
        COALESCE(${known ?? null}::timestamptz, now()) - s.seen_at > interval '5 minutes' AS is_older
      FROM sending_status s CROSS JOIN here h WHERE s.id = 1 FOR UPDATE OF s
    ), verdict AS (
      SELECT *, CASE
        WHEN is_copy THEN ${COPY}
        WHEN is_older AND (has_other_timeline OR ${known !== undefined}) THEN ${EARLIER}
        WHEN was_stopped IS NOT TRUE THEN ${declared ?? null}
      END AS why FROM compared
    )
    UPDATE sending_status s SET
      system_identifier = COALESCE(v.system_identifier, s.system_identifier),
      timeline_id = COALESCE(v.timeline_id, s.timeline_id), oids = v.oids,
      seen_at = GREATEST(s.seen_at, now()),
      restored_at = CASE WHEN why IS NULL THEN restored_at ELSE now() END,
      stopped_by = CASE WHEN why IS NULL THEN stopped_by ELSE 'restored' END,
      stopped_error = COALESCE(why, stopped_error),
      stopped_at = CASE WHEN why IS NULL THEN stopped_at ELSE now() END,
      -- There are no probes.
      probe_at = CASE WHEN why IS NULL THEN probe_at END
    FROM verdict v WHERE s.id = 1
    RETURNING COALESCE(stopped_by = 'restored', false) AS "isStopped",
      COALESCE(has_other_timeline AND why IS NULL, false) AS "isFailover", s.seen_at::text AS "seenAt"`);
  return row ?? { isStopped: false, isFailover: false, seenAt: "" };
}

/** What PostgreSQL tells about its cluster; null for both if the role may not read it. */
async function clusterOf(
  db: Db,
): Promise<{ systemIdentifier: string | null; timelineId: number | null }> {
  const unknown = { systemIdentifier: null, timelineId: null };
  try {
    const [row] = await db.query<{ systemIdentifier: string; timelineId: number }>(Prisma.sql`
      SELECT system_identifier::text AS "systemIdentifier", timeline_id AS "timelineId"
      FROM pg_control_system() CROSS JOIN pg_control_checkpoint()`);
    return row ?? unknown;
  } catch (error) {
    if (UNREADABLE.includes((error as { code?: string }).code ?? "")) return unknown;
    throw error;
  }
}
