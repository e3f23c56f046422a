import type { Enqueue } from "@repo/email/enqueue";
import type pg from "pg";
import { newMessage, type templates } from "@repo/measure/messages";

export type Row = Record<string, unknown>;

/** The columns that `enqueue` writes. PostgreSQL's defaults fill the others. */
export async function columnsOf(enqueue: Enqueue<typeof templates>): Promise<string[]> {
  let statement = "";
  const insertOne = (query: readonly string[]) => {
    statement = query.join("?");
    return Promise.resolve(1);
  };
  await enqueue({ $executeRaw: insertOne } as never, newMessage(0));
  const list = /INSERT INTO messages\s*\(([^)]+)\)/.exec(statement)?.[1];
  if (!list) throw new Error("enqueue writes no INSERT INTO messages (…)");
  return list.split(",").map((name) => name.trim());
}

/** The rows that `write` queues. Afterwards the table is empty. */
export async function readyRows(
  client: pg.Client,
  columns: string[],
  write: () => Promise<void>,
): Promise<Row[]> {
  await client.query("TRUNCATE messages CASCADE");
  await write();
  const { rows } = await client.query<Row>(`SELECT ${columns.join(", ")} FROM messages`);
  await client.query("TRUNCATE messages CASCADE");
  return rows;
}
