// Both sides of `enqueue-many`: one transaction that queues a list.
import { createDb } from "@repo/db";
import { createEnqueue, createEnqueueMany } from "@repo/email/enqueue";
import { now } from "@repo/measure/clock";
import { connect } from "@repo/measure/durable-postgres";
import { serve } from "@repo/measure/program";
import { KEYS, newMessages, templates } from "@repo/measure/messages";
import { columnsOf, readyRows } from "./ready-rows.ts";

// Rows of one INSERT, as in our statement.
const ROWS = 1_000;

const handlers = {
  /** Measures both sides. @returns emails a second of each */
  async run({ url, count, oursFirst }: { url: string; count: number; oursFirst: boolean }) {
    const db = createDb(url);
    const client = await connect(url);
    const enqueueMany = createEnqueueMany({ keys: KEYS, templates });
    const queueAll = () =>
      db.$transaction((tx) => enqueueMany(tx, newMessages(count)), { timeout: 60_000 });

    // The rows of the plain INSERTs are ready: checked, encrypted and with ids.
    const columns = await columnsOf(createEnqueue({ keys: KEYS, templates }));
    const rows = await readyRows(client, columns, async () => void (await queueAll()));
    const insertAll = async () => {
      await client.query("BEGIN");
      for (let first = 0; first < rows.length; first += ROWS) {
        const part = rows.slice(first, first + ROWS);
        const places = part.map(
          (_, row) =>
            `(${columns.map((_name, i) => `$${row * columns.length + i + 1}`).join(", ")})`,
        );
        await client.query(
          `INSERT INTO messages (${columns.join(", ")}) VALUES ${places.join(", ")}`,
          part.flatMap((row) => columns.map((column) => row[column])),
        );
      }
      await client.query("COMMIT");
    };

    const rateOf = async (side: () => Promise<unknown>) => {
      await client.query("TRUNCATE messages CASCADE");
      const start = now();
      await side();
      return (count / (now() - start)) * 1000;
    };
    const first = await rateOf(oursFirst ? queueAll : insertAll);
    const second = await rateOf(oursFirst ? insertAll : queueAll);
    await db.$disconnect();
    await client.end();
    return oursFirst ? { ours: first, other: second } : { ours: second, other: first };
  },
};
export type Many = typeof handlers;
serve(handlers);
