// The other side of `enqueue`: a caller's transaction that queues one email.
import { Prisma, createDb } from "@repo/db";
import { createEnqueue } from "@repo/email/enqueue";
import { now } from "@repo/measure/clock";
import { connect } from "@repo/measure/durable-postgres";
import { serve } from "@repo/measure/program";
import { KEYS, newMessage, templates } from "@repo/measure/messages";
import { columnsOf, readyRows } from "./ready-rows.ts";

/** Milliseconds of each transaction, and of the one call inside it. */
export interface Times {
  transaction: number[];
  call: number[];
}

const handlers = {
  /** Measures our call, the same INSERT by Prisma, and by pg, in turn. */
  async run({ url, count, round }: { url: string; count: number; round: number }) {
    const db = createDb(url);
    const client = await connect(url);
    const enqueue = createEnqueue({ keys: KEYS, templates });
    // The rows of the plain INSERT are ready: checked, encrypted and with ids.
    const first = round * count * 3;
    const columns = await columnsOf(enqueue);
    const ready = await readyRows(client, columns, async () => {
      await db.$transaction(
        async (tx) => {
          for (let i = 0; i < count * 2; i++) await enqueue(tx, newMessage(first + count + i));
        },
        { timeout: 60_000 },
      );
    });

    const names = Prisma.raw(columns.join(", "));
    const parameters = columns.map((_, i) => `$${i + 1}`).join(", ");
    const insert = `INSERT INTO messages (${columns.join(", ")}) VALUES (${parameters})`;

    const ours: Times = { transaction: [], call: [] };
    const prisma: Times = { transaction: [], call: [] };
    const plain: Times = { transaction: [], call: [] };
    const note = (times: Times, [start, called, returned, end]: number[]) => {
      times.transaction.push((end ?? 0) - (start ?? 0));
      times.call.push((returned ?? 0) - (called ?? 0));
    };
    const sides = [
      async (i: number) => {
        const at = [now()];
        await db.$transaction(async (tx) => {
          at.push(now());
          await enqueue(tx, newMessage(first + i));
          at.push(now());
        });
        note(ours, [...at, now()]);
      },
      async (i: number) => {
        const values = columns.map((column) => ready[i]?.[column]);
        const statement = Prisma.sql`INSERT INTO messages (${names}) VALUES (${Prisma.join(values)})`;
        const at = [now()];
        await db.$transaction(async (tx) => {
          at.push(now());
          await tx.$executeRaw(statement);
          at.push(now());
        });
        note(prisma, [...at, now()]);
      },
      async (i: number) => {
        const values = columns.map((column) => ready[count + i]?.[column]);
        const at = [now()];
        await client.query("BEGIN");
        at.push(now());
        await client.query({ name: "insert", text: insert, values });
        at.push(now());
        await client.query("COMMIT");
        note(plain, [...at, now()]);
      },
    ];
    for (let i = 0; i < count; i++) {
      for (let side = 0; side < sides.length; side++) await sides[(i + side) % sides.length]?.(i);
    }
    await db.$disconnect();
    await client.end();
    return { ours, prisma, plain };
  },
};
export type Transactions = typeof handlers;
serve(handlers);
