import { randomUUID } from "node:crypto";
import { type Db, Prisma, type Tx } from "@repo/db";

/** A worker's last heartbeat. */
export interface WorkerStatus {
  id: string;
  version: string;
  startedAt: Date;
  seenAt: Date;
  /** It has looked at the queue within two minutes. */
  isAlive: boolean;
}

export interface Heartbeat {
  /**
   * Writes a heartbeat of the worker. Call it every few seconds.
   *
   * @param sinceLastLook ms since the worker last looked at the queue
   */
  beat(sinceLastLook: number): Promise<void>;
  /** Deletes the worker's row. Call it when the worker ends. */
  end(): Promise<void>;
}

/** @param version what runs, such as a commit */
export function createHeartbeat(db: Db, version: string): Heartbeat {
  const id = randomUUID();
  return {
    async beat(sinceLastLook) {
      await db.query(Prisma.sql`
        WITH forgotten AS (
          DELETE FROM workers WHERE seen_at < now() - interval '1 day'
        )
        INSERT INTO workers AS w (id, version, seen_at)
        VALUES (${id}::uuid, ${version}, now() - ${sinceLastLook} * interval '1 millisecond')
        ON CONFLICT (id) DO UPDATE SET seen_at = GREATEST(w.seen_at, EXCLUDED.seen_at)`);
    },
    async end() {
      await db.query(Prisma.sql`DELETE FROM workers WHERE id = ${id}::uuid`);
    },
  };
}

// There can be many: each run of a worker with --once counts as one.
const MAX_WORKERS = 50;

/** The workers of the last day, the most recently seen first. At most 50. */
export function readWorkers(db: Db | Tx): Promise<WorkerStatus[]> {
  return db.$queryRaw<WorkerStatus[]>`
    SELECT id::text, version, started_at AS "startedAt", seen_at AS "seenAt",
      seen_at > now() - interval '2 minutes' AS "isAlive"
    FROM workers ORDER BY seen_at DESC LIMIT ${MAX_WORKERS}`;
}
