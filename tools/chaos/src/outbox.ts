import { type Db, createDb } from "@repo/db";
import { type Enqueue, createEnqueue } from "@repo/email/enqueue";
import pg from "pg";
import { KEYS, newMessage, templates } from "@repo/measure/messages";
import { until } from "./until.ts";

/** The database of a campaign. */
export interface Outbox {
  readonly url: string;
  /** The emails whose transaction committed: the callers believe that these are queued. */
  readonly queued: Set<string>;
  readonly db: Db;
  readonly enqueue: Enqueue<typeof templates>;
  /** Queues emails of every template in turn. Default: each to another person. */
  fill(count: number, to?: (i: number) => string): Promise<void>;
  /** Reads one row of numbers, such as `count(*) AS name`. */
  look<N extends string>(sql: string, values?: unknown[]): Promise<Record<N, number>>;
  rows<R extends pg.QueryResultRow>(sql: string, values?: unknown[]): Promise<R[]>;
  closed(): Promise<number>;
  /** Waits until so many more emails are closed, or all are. */
  closes(count: number): Promise<void>;
  /** Waits until every email is closed. */
  drained(seconds?: number): Promise<void>;
  close(): Promise<void>;
}

const BATCH = 500;

export function openOutbox(url: string): Outbox {
  const db = createDb(url);
  const enqueue = createEnqueue({ keys: KEYS, templates });
  const pool = new pg.Pool({ connectionString: url, max: 2 });
  // If a connection is lost, the next query fails.
  pool.on("error", () => {});
  const queued = new Set<string>();

  async function rows<R extends pg.QueryResultRow>(sql: string, values?: unknown[]): Promise<R[]> {
    return (await pool.query<R>(sql, values)).rows;
  }
  async function look<N extends string>(sql: string, values?: unknown[]) {
    const [row = {}] = await rows(sql, values);
    const numbers = Object.entries(row).map(([name, value]) => [name, Number(value)] as const);
    return Object.fromEntries(numbers) as Record<N, number>;
  }
  const open = async () =>
    (await look<"open">("SELECT count(*) AS open FROM messages WHERE state <> 'closed'")).open;
  const closed = async () =>
    (await look<"closed">("SELECT count(*) AS closed FROM messages WHERE state = 'closed'")).closed;

  return {
    url,
    queued,
    db,
    enqueue,
    async fill(count, to) {
      for (let left = count; left > 0; left -= BATCH) {
        const ids = await db.$transaction(
          async (tx) => {
            const batch: string[] = [];
            for (let i = 0; i < Math.min(left, BATCH); i++) {
              const at = queued.size + i;
              const message = { ...newMessage(at), ...(to && { to: to(at) }) };
              batch.push((await enqueue(tx, message)).id);
            }
            return batch;
          },
          { timeout: 60_000 },
        );
        for (const id of ids) queued.add(id);
      }
    },
    look,
    rows,
    closed,
    async closes(count) {
      const goal = (await closed()) + count;
      await until(
        `${count} more emails to close`,
        async () => (await closed()) >= goal || (await open()) === 0,
      );
    },
    async drained(seconds) {
      await until("every email to close", async () => (await open()) === 0, seconds);
    },
    async close() {
      await Promise.all([db.$disconnect(), pool.end()]);
    },
  };
}
