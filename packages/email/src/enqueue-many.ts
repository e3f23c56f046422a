import type { Tx } from "@repo/db";
import { EmailError } from "./error.ts";
import {
  type EnqueueConfig,
  type NewMessage,
  type NewRow,
  type Templates,
  conflict,
  createPrepare,
} from "./new-message.ts";

// The limits of one statement, and so of what is in memory.
const MAX_ROWS = 1_000;
const MAX_BYTES = 8 * 1024 * 1024;

/** A message of any of the templates. */
type AnyMessage<T extends Templates> = {
  [N in keyof T & string]: NewMessage<T, N>;
}[keyof T & string];

/**
 * Queues many emails in the caller's transaction, all or none, in statements of up to 1,000 rows.
 * Each message has its own key, props and times, and passes the same checks as with `Enqueue`.
 *
 * Only the messages of one statement are in memory: pass an async iterable for a list that does
 * not fit. A transaction of Prisma ends after 5 s: set its `timeout` (ms) for a long list.
 *
 * Await it before `tx` does anything else: after an error it rolls back to where it began.
 *
 * @returns the ids, in the order of the messages
 * @throws EmailError what `Enqueue` throws, with the message's index; `NOT_IN_A_TRANSACTION`.
 *   The transaction stays usable, without any of the messages. What `messages` throws is passed on.
 */
export type EnqueueMany<T extends Templates> = (
  tx: Tx,
  messages: Iterable<AnyMessage<T>> | AsyncIterable<AnyMessage<T>>,
) => Promise<{ ids: string[] }>;

export function createEnqueueMany<T extends Templates>(config: EnqueueConfig<T>): EnqueueMany<T> {
  const prepare = createPrepare(config);
  const prepareAt = (index: number, message: NewMessage<T>) => {
    try {
      return prepare(message);
    } catch (error) {
      throw withIndex(index, error);
    }
  };
  return async (tx, messages) => {
    await begin(tx);
    try {
      const ids: string[] = [];
      let rows: NewRow[] = [];
      let bytes = 0;
      const flush = async () => {
        for (const id of await insert(tx, rows, ids.length)) ids.push(id);
        rows = [];
        bytes = 0;
      };
      for await (const message of messages) {
        const row = prepareAt(ids.length + rows.length, message);
        rows.push(row);
        bytes += row.payload.length;
        if (rows.length === MAX_ROWS || bytes >= MAX_BYTES) await flush();
      }
      await flush();
      await tx.$executeRaw`RELEASE SAVEPOINT enqueue_many`;
      return { ids };
    } catch (error) {
      // This fails only if the connection is lost, and the transaction with it.
      await tx.$executeRaw`ROLLBACK TO SAVEPOINT enqueue_many`.catch(() => undefined);
      throw error;
    }
  };
}

async function begin(tx: Tx): Promise<void> {
  try {
    await tx.$executeRaw`SAVEPOINT enqueue_many`;
  } catch (cause) {
    // 25P01 is no_active_sql_transaction.
    if (!String(cause).includes("25P01")) throw cause;
    throw new EmailError(
      "NOT_IN_A_TRANSACTION",
      "enqueueMany needs a transaction: db.$transaction((tx) => enqueueMany(tx, messages)).",
      { cause },
    );
  }
}

/** Says which message an error is about. */
function withIndex(index: number, error: unknown): unknown {
  if (!(error instanceof EmailError)) return error;
  const { code, message } = error;
  return new EmailError(code, `messages[${index}]: ${message}`, { cause: error });
}

/** @returns an id for each row, in their order: the first message's if the row's key was used */
async function insert(tx: Tx, rows: NewRow[], start: number): Promise<string[]> {
  const ids = new Map<NewRow, string>();
  for (let left = rows; left.length > 0;) {
    const inserted = new Set(await insertNew(tx, left));
    for (const row of left) if (inserted.has(row.id)) ids.set(row, row.id);
    left = left.filter((row) => !ids.has(row));
    if (left.length === 0) break;
    const firsts = await findFirsts(tx, left);
    for (const row of left) {
      const first = firsts.get(row.id);
      // The first message was deleted meanwhile. The key is free, so the row is tried again.
      if (!first) continue;
      if (!row.keepFirst && !row.isSame(first.digest)) {
        throw withIndex(start + rows.indexOf(row), conflict(row.template));
      }
      ids.set(row, first.id);
    }
    left = left.filter((row) => !ids.has(row));
  }
  return rows.map((row) => ids.get(row) ?? row.id);
}

/** @returns the ids of the rows whose key was free */
async function insertNew(tx: Tx, rows: NewRow[]): Promise<string[]> {
  const [result] = await tx.$queryRaw<{ ids: string[] | null }[]>`
    WITH inserted AS (
      INSERT INTO messages
        (id, template, category, to_address, to_key, payload, priority, on_unknown, due_at,
         expires_at, idempotency_key, content_digest)
      SELECT id, template, category, address, "addressKey", decode(payload, 'base64'), priority,
        "onUnknown", coalesce("sendAt", now()),
        coalesce("expiresAt", coalesce("sendAt", now()) + expiry * interval '1 minute'),
        "idempotencyKey", decode(digest, 'base64')
      FROM jsonb_to_recordset(${toJson(rows)}::jsonb) AS x
        (index int, id uuid, template text, category text, address text, "addressKey" text, payload text,
         priority int, "onUnknown" on_unknown, "sendAt" timestamptz, "expiresAt" timestamptz,
         expiry double precision, "idempotencyKey" text, digest text)
      -- By key: two transactions with the same keys then cannot deadlock. By index: of two
      -- messages with one key, the first in the list is queued.
      ORDER BY template, "idempotencyKey", index
      ON CONFLICT (template, idempotency_key) WHERE idempotency_key IS NOT NULL DO NOTHING
      RETURNING id, due_at
    )
    SELECT array_agg(id) AS ids, wake_worker(min(due_at))::text FROM inserted HAVING count(*) > 0`;
  return result?.ids ?? [];
}

async function findFirsts(
  tx: Tx,
  rows: NewRow[],
): Promise<Map<string, { id: string; digest: Uint8Array | null }>> {
  const keys = rows.map(({ id, template, idempotencyKey }) => ({ id, template, idempotencyKey }));
  const found = await tx.$queryRaw<{ rowId: string; id: string; digest: Uint8Array | null }[]>`
    SELECT x.id AS "rowId", m.id, m.content_digest AS digest
    FROM jsonb_to_recordset(${JSON.stringify(keys)}::jsonb) AS x
      (id uuid, template text, "idempotencyKey" text)
    JOIN messages m ON m.template = x.template AND m.idempotency_key = x."idempotencyKey"`;
  return new Map(found.map(({ rowId, ...first }) => [rowId, first]));
}

function toJson(rows: NewRow[]): string {
  return JSON.stringify(
    rows.map((row, index) => ({
      ...row,
      index,
      payload: row.payload.toString("base64"),
      digest: row.digest?.toString("base64") ?? null,
    })),
  );
}
