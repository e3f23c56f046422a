import { beforeAll, beforeEach, expect, it, vi } from "vitest";
import { queueWelcome, refused, useOutbox, work } from "../delivery/test-queue.ts";
import { applyEvents } from "./apply.ts";
import { attachEvents } from "./attach.ts";
import { createApplier } from "./coalesce.ts";
import type { AttachedEvent, OnEvents, SesEvent } from "./event.ts";
import { sesEvent } from "./test-event.ts";

const test = await useOutbox();
beforeAll(async () => {
  // The app's own table.
  await test.db.$executeRaw`CREATE TABLE heard (message_id uuid, type text)`;
});

let told: AttachedEvent[] = [];
/** Writes into the app's table, and fails for one type. */
const onEvents: OnEvents = async (tx, events) => {
  for (const { messageId, type } of events) {
    await tx.$executeRaw`INSERT INTO heard VALUES (${messageId}::uuid, ${type})`;
    if (type === "Click") throw new Error("the app does not like it");
  }
  told.push(...events);
};
beforeEach(async () => {
  told = [];
  await test.db.$executeRaw`TRUNCATE heard`;
});
const heard = () =>
  test.db.$queryRaw<{ message_id: string; type: string }[]>`SELECT * FROM heard ORDER BY type`;

/** A message of which nobody knows whether it was sent. */
async function inDoubt(): Promise<string> {
  const id = await queueWelcome(test.db);
  await work(test.db, refused("unknown"));
  return id;
}

const recordSend = (messageId: string, sesMessageId: string) =>
  test.db.attempt.create({
    data: { messageId, number: 2, result: "accepted", finishedAt: new Date(), sesMessageId },
  });

function event(type: string, more: Partial<SesEvent> = {}): SesEvent {
  return sesEvent(type, {
    sesMessageId: "0100",
    occurredAt: new Date("2030-01-31T12:00:00.000Z"),
    detail: { smtpResponse: "250 OK" },
    effect: type === "Bounce" ? "permanent" : undefined,
    ...more,
  });
}

it("tells each event once, with our id, whatever brings it again and whether it suppresses", async () => {
  const messageId = await inDoubt();
  const events = [event("Delivery", { messageId }), event("Bounce", { messageId })];
  await applyEvents(test.db, events, { onEvents });
  expect(told).toEqual(events);
  await applyEvents(test.db, events, { onEvents });
  await applyEvents(test.db, [event("Complaint", { messageId })], { onEvents });
  expect((await heard()).map(({ type }) => type)).toEqual(["Bounce", "Complaint", "Delivery"]);
  expect(await test.db.suppression.count()).toBe(1);
});

it("tells of an event when it finds its message, even if that is later", async () => {
  const id = await inDoubt();
  await applyEvents(test.db, [event("Delivery"), event("Bounce")], { onEvents });
  expect(told).toEqual([]);
  await recordSend(id, "0100");
  expect(await attachEvents(test.db, { onEvents })).toEqual({ attached: 2, failed: [] });
  const by = (a: SesEvent, b: SesEvent) => a.type.localeCompare(b.type);
  expect(told.toSorted(by)).toEqual([
    event("Bounce", { messageId: id }),
    event("Delivery", { messageId: id }),
  ]);
  expect(await attachEvents(test.db, { onEvents })).toEqual({ attached: 0, failed: [] });
  expect(await heard()).toHaveLength(2);
});

it("stores no event for which the app has failed, so that it comes again", async () => {
  const messageId = await inDoubt();
  const click = event("Click", { messageId });
  await expect(applyEvents(test.db, [click], { onEvents })).rejects.toThrow("does not like it");
  expect(await heard()).toEqual([]);
  expect(await test.db.event.count()).toBe(0);
  await applyEvents(test.db, [click], { onEvents: async () => {} });
  expect(await test.db.event.count()).toBe(1);
});

it("stores the other events if the app fails for one", async () => {
  const ids = [await inDoubt(), await inDoubt(), await inDoubt()];
  const apply = createApplier((events) => applyEvents(test.db, events, { onEvents }));
  // At once, so that they come in one statement.
  const results = await Promise.allSettled(
    ids.map((messageId, i) =>
      apply([event(i === 1 ? "Click" : "Delivery", { messageId, sesMessageId: `0100-${i}` })]),
    ),
  );
  expect(results.map(({ status }) => status)).toEqual(["fulfilled", "rejected", "fulfilled"]);
  expect(new Set((await heard()).map((row) => row.message_id))).toEqual(new Set([ids[0], ids[2]]));
});

it("attaches the other events if the app fails for one, and says which", async () => {
  const ids = [await inDoubt(), await inDoubt(), await inDoubt()];
  for (const [i, id] of ids.entries()) {
    const sesMessageId = `0100-${i}`;
    await applyEvents(test.db, [event(i === 1 ? "Click" : "Delivery", { sesMessageId })], {
      onEvents,
    });
    await recordSend(id, sesMessageId);
  }
  const { attached, failed } = await attachEvents(test.db, { onEvents });
  expect(attached).toBe(2);
  expect(failed).toMatchObject([
    { event: { messageId: ids[1], type: "Click" }, error: expect.any(Error) },
  ]);
  expect(await heard()).toHaveLength(2);
  expect(await test.db.event.count({ where: { messageId: null } })).toBe(1);
  // The app is repaired.
  const repaired = vi.fn<OnEvents>(async () => {});
  expect(await attachEvents(test.db, { onEvents: repaired })).toMatchObject({ attached: 1 });
  expect(repaired).toHaveBeenCalledOnce();
});
