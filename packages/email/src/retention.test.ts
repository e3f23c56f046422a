import type { Prisma } from "@repo/db";
import { useTestDb } from "@repo/db/testing";
import { beforeEach, expect, it } from "vitest";
import { deleteOldMessages } from "./retention.ts";
import { firstUuidAt, uuidv7 } from "./uuid.ts";

const test = await useTestDb();
beforeEach(async () => {
  await test.db.event.deleteMany();
  await test.db.message.deleteMany();
});

const daysAgo = (days: number) => new Date(Date.now() - days * 24 * 60 * 60_000);
const idMade = (days: number) => firstUuidAt(daysAgo(days)).slice(0, 14) + uuidv7().slice(14);

/** A message of so many days ago, with an attempt and an event. */
async function add(days: number, more: Partial<Prisma.MessageCreateInput> = {}): Promise<string> {
  const id = idMade(days);
  await test.db.message.create({
    data: {
      id,
      template: "welcome",
      category: "account",
      to: "name@example.com",
      toKey: "name@example.com",
      onUnknown: "hold",
      createdAt: daysAgo(days),
      state: "closed",
      closedReason: "sent",
      closedAt: daysAgo(days),
      attempts: {
        create: { number: 1, result: "accepted", finishedAt: daysAgo(days), sesMessageId: id },
      },
      ...more,
    },
  });
  await addEvent(days, id);
  return id;
}

const addEvent = (days: number, messageId: string | null) =>
  test.db.event.create({
    data: {
      id: idMade(days),
      messageId,
      sesMessageId: messageId ?? idMade(days),
      type: "Send",
      recipient: "name@example.com",
      recipientKey: "name@example.com",
      dedupeKey: "1",
      occurredAt: daysAgo(days),
      receivedAt: daysAgo(days),
      detail: {},
    },
  });

const counts = async () => ({
  messages: await test.db.message.count(),
  attempts: await test.db.attempt.count(),
  events: await test.db.event.count(),
});

it("deletes what was closed longer ago, with its attempts and events, and nothing else", async () => {
  await add(31);
  await add(40);
  const kept = await add(29);
  await addEvent(31, null);
  await addEvent(29, null);
  expect(await deleteOldMessages(test.db, { olderThanDays: 30 })).toEqual({
    messages: 2,
    unattachedEvents: 1,
    more: false,
  });
  expect(await counts()).toEqual({ messages: 1, attempts: 1, events: 2 });
  expect(await test.db.message.findMany()).toMatchObject([{ id: kept }]);
});

it("keeps what is not closed, and what was closed lately, however long ago it was queued", async () => {
  const open = { closedReason: null, closedAt: null, payload: Buffer.from("sealed") };
  await add(400, { ...open, state: "queued" });
  await add(400, { ...open, state: "unknown" });
  const lease = { leaseId: crypto.randomUUID(), leaseExpiresAt: new Date() };
  await add(400, { ...open, ...lease, state: "sending" });
  await add(400, { closedAt: daysAgo(1) });
  expect(await deleteOldMessages(test.db, { olderThanDays: 30, batch: 2 })).toEqual({
    messages: 0,
    unattachedEvents: 0,
    more: false,
  });
  expect(await counts()).toEqual({ messages: 4, attempts: 4, events: 4 });
});

it("goes through everything in batches, also past rows that it keeps", async () => {
  for (let i = 0; i < 10; i++) {
    await add(100 - i, i % 3 === 0 ? { closedAt: daysAgo(1) } : {});
  }
  for (let i = 0; i < 5; i++) await addEvent(90 - i, null);
  expect(await deleteOldMessages(test.db, { olderThanDays: 30, batch: 2 })).toEqual({
    messages: 6,
    unattachedEvents: 5,
    more: false,
  });
  expect(await counts()).toEqual({ messages: 4, attempts: 4, events: 4 });
});

it("ends at its limit and says that there is more", async () => {
  for (let i = 0; i < 105; i++) await add(100);
  const options = { olderThanDays: 30, batch: 1 };
  expect(await deleteOldMessages(test.db, options)).toMatchObject({ messages: 100, more: true });
  expect(await deleteOldMessages(test.db, options)).toMatchObject({ messages: 5, more: false });
});

it("ends, and deletes what is old, also past many that are queued for next year", async () => {
  const payload = Buffer.from("x");
  const later = { state: "queued", closedReason: null, closedAt: null, payload } as const;
  for (let i = 0; i < 105; i++) await add(200, { ...later, dueAt: daysAgo(-365) });
  await add(100);
  const options = { olderThanDays: 30, batch: 1 };
  expect(await deleteOldMessages(test.db, options)).toMatchObject({ messages: 1, more: false });
});

it("ends between two batches when it is told to", async () => {
  await add(100);
  const signal = AbortSignal.abort();
  expect(await deleteOldMessages(test.db, { olderThanDays: 30, signal })).toEqual({
    messages: 0,
    unattachedEvents: 0,
    more: true,
  });
});

it("deletes each once when several workers do it at the same time", async () => {
  for (let i = 0; i < 40; i++) await add(100);
  const results = await Promise.all(
    [1, 2, 3, 4].map(() => deleteOldMessages(test.db, { olderThanDays: 30, batch: 5 })),
  );
  expect(results.reduce((sum, { messages }) => sum + messages, 0)).toBe(40);
  expect(await counts()).toEqual({ messages: 0, attempts: 0, events: 0 });
});
