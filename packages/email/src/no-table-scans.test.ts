// PostgreSQL scans a table if it expects to read much of it. Here it must not: with every email
// that was ever sent, delivery would become slower.
import { randomUUID } from "node:crypto";
import { createDb } from "@repo/db";
import { useTestDb } from "@repo/db/testing";
import { afterAll, beforeAll, expect, it } from "vitest";
import { sweep } from "./delivery/sweep.ts";
import { accepted, doubtSeconds, emptyOutbox, work } from "./delivery/test-queue.ts";
import { MAIL_TABLES, createPseudonyms, eraseMail, exportRows } from "./erasure.ts";
import { applyEvents } from "./events/apply.ts";
import { sesEvent } from "./events/test-event.ts";
import { keysOf } from "./keys.ts";
import { findUnrendered } from "./operations/unrendered.ts";

const test = await useTestDb();
// One connection, because each reports its own reading.
const db = createDb(test.url, { poolSize: 1 });
afterAll(() => db.$disconnect());

const sent = Array.from({ length: 3_000 }, () => randomUUID());

beforeAll(async () => {
  await emptyOutbox(db);
  await db.$executeRaw`
    INSERT INTO messages (id, template, category, to_address, to_key, on_unknown, state,
      closed_reason, closed_at, outcome)
    SELECT id, 'welcome', 'account', 'a' || id, 'a' || id, 'hold', 'closed', 'sent', now(), 'sent'
    FROM unnest(${sent}::uuid[]) id`;
  await db.$executeRaw`
    INSERT INTO messages (id, template, category, to_address, to_key, on_unknown, payload)
    SELECT gen_random_uuid(), 'welcome', 'account', 'b' || i, 'b' || i, 'hold', '\\x00'
    FROM generate_series(1, 1000) i`;
  await db.$executeRaw`
    INSERT INTO events (id, message_id, ses_message_id, type, recipient, recipient_key, dedupe_key,
      occurred_at, detail)
    SELECT gen_random_uuid(), id, id, 'Delivery', to_key, to_key, '', now(), '{}'
    FROM messages WHERE state = 'closed'`;
  await db.$executeRaw`VACUUM ANALYZE messages, events`;
});

/** @returns how many rows of a table were read by scanning it */
async function scanned(run: () => Promise<unknown>, table = "messages"): Promise<number> {
  const read = async () => {
    await db.$executeRaw`SELECT pg_stat_force_next_flush()`;
    const [row] = await db.$queryRaw<{ read: bigint }[]>`
      SELECT seq_tup_read AS read FROM pg_stat_user_tables WHERE relname = ${table}`;
    return Number(row?.read);
  };
  const before = await read();
  await run();
  return (await read()) - before;
}

it("a claim and its settlement scan no sent emails, while many others wait", async () => {
  const rows = await scanned(async () => {
    expect(await work(db, accepted, { limit: 10 })).toHaveLength(10);
    await sweep(db, 30, doubtSeconds);
  });
  expect(rows).toBe(0);
});

it("the look for emails that cannot be rendered scans no emails", async () => {
  await db.$executeRaw`UPDATE messages SET unrendered_at = now(), created_at = now() - interval '1 hour'
    WHERE id = (SELECT id FROM messages WHERE state = 'queued' ORDER BY id LIMIT 1)`;
  const rows = await scanned(async () => {
    expect(await findUnrendered(db)).toMatchObject({ why: expect.stringMatching(/rendered/) });
  });
  expect(rows).toBe(0);
});

it.each([false, true])(
  "an export and an erasure scan no events of others, with a time: %s",
  async (hasTime) => {
    const pseudonyms = createPseudonyms(keysOf("a key of opt-outs with 32 characters"));
    const key = `a${sent[hasTime ? 20 : 21]}`;
    const until = hasTime ? new Date() : null;
    const whose = { keys: [key], pseudonyms: [pseudonyms.of(key)], until };
    const rows = await scanned(async () => {
      const { events } = await db.$transaction((tx) => exportRows(tx, MAIL_TABLES, whose));
      expect(events).toHaveLength(1);
      expect(await eraseMail(db, whose)).toMatchObject({ events: 1 });
    }, "events");
    expect(rows).toBe(0);
  },
);

it("events scan no emails but their own", async () => {
  const rows = await scanned(() =>
    applyEvents(
      db,
      sent.slice(0, 10).map((messageId) => {
        return sesEvent("Delivery", { sesMessageId: `ses-${messageId}`, messageId });
      }),
    ),
  );
  expect(rows).toBe(0);
});
