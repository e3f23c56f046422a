import type { Prisma } from "@repo/db";
import { useTestDb } from "@repo/db/testing";
import { beforeEach, expect, it } from "vitest";
import { type MessageFilter, findMessage, listMessages, sendingStatus } from "./log.ts";
import { firstUuidAt } from "./uuid.ts";

const test = await useTestDb();
beforeEach(() => test.db.message.deleteMany());

const START = Date.UTC(2030, 0, 1);
const at = (second: number) => new Date(START + second * 1000);

/** One message a second. */
async function add(second: number, more: Partial<Prisma.MessageCreateInput> = {}) {
  const id = firstUuidAt(at(second));
  const closed = more.state === "closed";
  await test.db.message.create({
    data: {
      id,
      template: "welcome",
      category: "account",
      to: "Name@example.com",
      toKey: "name@example.com",
      onUnknown: "hold",
      createdAt: at(second),
      ...(closed
        ? { closedReason: "sent", closedAt: at(second + 1) }
        : { payload: Buffer.from("the sealed secret") }),
      ...more,
    },
  });
  return id;
}

async function listed(filter: MessageFilter): Promise<number[]> {
  const { messages } = await listMessages(test.db, filter);
  return messages.map(({ createdAt }) => (createdAt.getTime() - START) / 1000);
}

it("finds by recipient, template, state, reason, outcome and time, newest first", async () => {
  await add(1);
  await add(2, { to: "other@example.com", toKey: "other@example.com" });
  await add(3, { template: "password-reset" });
  await add(4, { state: "closed", outcome: "bounced" });
  await add(5, { state: "closed", closedReason: "unknown" });

  expect(await listed({})).toEqual([5, 4, 3, 2, 1]);
  // However it is typed: the log knows an address by its key.
  expect(await listed({ to: " NAME@Example.COM " })).toEqual([5, 4, 3, 1]);
  expect(await listed({ template: "password-reset" })).toEqual([3]);
  expect(await listed({ state: "queued" })).toEqual([3, 2, 1]);
  expect(await listed({ closedReason: "unknown" })).toEqual([5]);
  expect(await listed({ outcome: "bounced" })).toEqual([4]);
  expect(await listed({ since: at(2), until: at(4) })).toEqual([3, 2]);
  expect(await listed({ state: "closed", outcome: "none", since: at(5) })).toEqual([5]);
  expect(await listed({ template: "' OR true --" })).toEqual([]);
});

it("goes by the database's clock, even if the id is from another clock", async () => {
  await add(1, { createdAt: at(300) });
  expect(await listed({ since: at(300) })).toEqual([300]);
  expect(await listed({ until: at(300) })).toEqual([]);
});

it("pages through all messages once, even if others are queued meanwhile", async () => {
  for (let i = 0; i < 25; i++) await add(i);
  const seen: string[] = [];
  for (let before: string | undefined | null; before !== null;) {
    const page = await listMessages(test.db, {}, { before, limit: 10 });
    seen.push(...page.messages.map(({ id }) => id));
    await add(100 + seen.length);
    before = page.next;
  }
  expect(seen).toEqual(Array.from({ length: 25 }, (_, i) => firstUuidAt(at(24 - i))));
});

it("returns no more than 200 at once", async () => {
  await test.db.message.createMany({
    data: Array.from({ length: 250 }, (_, i) => ({
      id: firstUuidAt(at(i)),
      template: "welcome",
      category: "account",
      to: "name@example.com",
      toKey: "name@example.com",
      onUnknown: "hold",
      payload: Buffer.from("sealed"),
    })),
  });
  expect((await listMessages(test.db)).messages).toHaveLength(50);
  expect((await listMessages(test.db, {}, { limit: 1_000_000 })).messages).toHaveLength(200);
});

it("refuses an invalid address instead of finding nothing", async () => {
  await expect(listMessages(test.db, { to: "name" })).rejects.toMatchObject({
    code: "INVALID_ADDRESS",
  });
});

it("tells what happened to a message in one list, in order", async () => {
  const id = await add(0, { state: "closed", outcome: "delivered", closedAt: at(8) });
  await test.db.attempt.createMany({
    data: [
      {
        messageId: id,
        number: 1,
        startedAt: at(1),
        finishedAt: at(2),
        result: "unknown",
        errorCode: "ECONNRESET",
        error: "socket hang up",
      },
      {
        messageId: id,
        number: 2,
        startedAt: at(5),
        finishedAt: at(6),
        result: "accepted",
        sesMessageId: "0100",
      },
    ],
  });
  await test.db.event.createMany({
    data: ["Delivery", "Send"].map((type, i) => ({
      messageId: id,
      sesMessageId: "0100",
      type,
      recipient: "name@example.com",
      recipientKey: "name@example.com",
      dedupeKey: "1",
      occurredAt: at(7 - i),
      detail: {},
    })),
  });
  const found = await findMessage(test.db, id);
  expect(found).toMatchObject({ id, to: "Name@example.com", outcome: "delivered" });
  expect(found?.timeline).toMatchObject([
    { what: "queued", at: at(0) },
    { what: "attempt", number: 1, result: "unknown", errorCode: "ECONNRESET" },
    { what: "attempt", number: 2, result: "accepted", sesMessageId: "0100" },
    { what: "event", type: "Send", at: at(6) },
    { what: "event", type: "Delivery", at: at(7) },
    { what: "closed", reason: "sent", at: at(8) },
  ]);
});

it("finds nothing for an unknown or an invalid id", async () => {
  expect(await findMessage(test.db, firstUuidAt(at(1)))).toBeNull();
  expect(await findMessage(test.db, "1'; --")).toBeNull();
});

it("never shows the contents", async () => {
  const id = await add(1);
  const told = JSON.stringify([await listMessages(test.db), await findMessage(test.db, id)]);
  expect(told).toContain(id);
  expect(told).not.toMatch(/payload|digest|secret|"data":\[/i);
});

it("tells the rate and the quota, and why sending is stopped and what to do", async () => {
  const update = (data: Prisma.SendingStatusUpdateInput) =>
    test.db.sendingStatus.update({ where: { id: 1 }, data });
  // A time that is a little ahead: nothing has come back since.
  const refilledAt = new Date(Date.now() + 60_000);
  await update({ maxRate: 14, rate: 7, refilledAt, max24Hours: 50_000, sent24Hours: 20 });
  expect(await sendingStatus(test.db)).toEqual({
    rate: 7,
    maxRate: 14,
    quota: { sent: 20, max: 50_000 },
    stopped: null,
    paused: null,
    lowered: null,
  });
  for (const by of ["paused", "misconfigured", "quota", "outage"]) {
    await update({ stoppedBy: by, stoppedAt: at(1), stoppedError: "why", probeAt: at(2) });
    expect((await sendingStatus(test.db)).stopped).toEqual({
      by,
      since: at(1),
      error: "why",
      probeAt: at(2),
      expectedAt: null,
      next: expect.stringMatching(/Email (?:then )?goes on by itself/),
    });
  }
});

it("tells the rate that has come back since SES throttled, although no email was sent since", async () => {
  const hourAgo = new Date(Date.now() - 60 * 60 * 1000);
  await test.db.sendingStatus.update({
    where: { id: 1 },
    data: { maxRate: 14, rate: 7, refilledAt: hourAgo, loweredAt: hourAgo },
  });
  expect((await sendingStatus(test.db)).rate).toBe(14);
  await test.db.sendingStatus.update({
    where: { id: 1 },
    data: { refilledAt: new Date(Date.now() + 60_000) },
  });
  expect((await sendingStatus(test.db)).rate).toBe(7);
});

it("tells that the daily quota is used up before SES refuses anything, and when it frees", async () => {
  const sent = (sent24Hours: number) =>
    test.db.sendingStatus.update({
      where: { id: 1 },
      data: { stoppedBy: null, stoppedAt: null, max24Hours: 200, sent24Hours },
    });
  await sent(189);
  expect((await sendingStatus(test.db)).stopped).toBeNull();
  await sent(190);
  const usedUp = { by: "quota", since: null };
  expect((await sendingStatus(test.db)).stopped).toMatchObject({ ...usedUp, expectedAt: null });
  const hour = 60 * 60 * 1000;
  const now = Date.now();
  for (const hours of [30, 5, 3]) {
    const then = new Date(now - hours * hour);
    await add(0, { id: firstUuidAt(then), state: "closed", closedReason: "sent", closedAt: then });
  }
  expect((await sendingStatus(test.db)).stopped).toMatchObject({
    ...usedUp,
    expectedAt: new Date(now + 19 * hour),
  });
});
