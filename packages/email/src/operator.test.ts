import type { Db, Message } from "@repo/db";
import { waitForLocks } from "@repo/db/testing";
import { describe, expect, it } from "vitest";
import {
  accepted,
  claimAs,
  keys,
  queueChanged,
  queueReset,
  queueWelcome,
  refused,
  useOutbox,
  work,
  settleAs,
  loseLeases,
  endDoubts,
} from "./delivery/test-queue.ts";
import { applyEvents } from "./events.ts";
import { sesEvent } from "./events/test-event.ts";
import { findMessage } from "./log.ts";
import { changeMessages, countMessages, endHolds, isHeld } from "./operator.ts";
import { eraseOldContents } from "./retention.ts";
import { createSealer } from "./seal.ts";

const test = await useOutbox();

const decision = { by: "operator", because: "the sender is repaired" };
const find = (id: string): Promise<Message> => test.db.message.findUniqueOrThrow({ where: { id } });

/** A message that SES has refused for good. */
async function failed(
  queue: (db: Db, to?: string) => Promise<string> = queueWelcome,
  to?: string,
): Promise<string> {
  const id = await queue(test.db, to);
  await work(test.db, refused("permanent"));
  expect(await find(id)).toMatchObject({ state: "closed", closedReason: "failed" });
  return id;
}

/** A message whose answer was lost, which its policy does not send again. */
async function unknown(): Promise<string> {
  const id = await queueChanged(test.db);
  await work(test.db, refused("unknown"));
  await endDoubts(test.db);
  expect(await find(id)).toMatchObject({ state: "closed", closedReason: "unknown" });
  return id;
}

const event = (messageId: string, type: string) =>
  applyEvents(test.db, [sesEvent(type, { messageId })]);

describe("retry", () => {
  it("sends a failed message again with its contents, and stores who did it and why", async () => {
    const id = await failed();
    const before = createSealer(keys).open(id, (await find(id)).payload!);
    await test.db.sendingStatus.updateMany({ data: { idleUntil: new Date(Date.now() + 60_000) } });

    expect(await changeMessages(test.db, "retry", { id }, decision)).toEqual({
      messages: 1,
      inDoubt: 0,
    });
    expect(await find(id)).toMatchObject({ state: "queued", closedReason: null, resent: false });
    const { messages } = await claimAs(test.db);
    expect(createSealer(keys).open(id, messages[0]!.payload)).toEqual(before);
    await settleAs(test.db, messages, accepted);

    const told = await findMessage(test.db, id);
    expect(told).toMatchObject({ closedReason: "sent", attemptCount: 2 });
    expect(told?.timeline).toMatchObject([
      { what: "queued" },
      { what: "attempt", number: 1, result: "permanent" },
      { what: "operator", action: "retry", by: "operator", because: "the sender is repaired" },
      { what: "attempt", number: 2, result: "accepted" },
      { what: "closed", reason: "sent" },
    ]);
    expect((await find(id)).payload).toBeNull();
  });

  it("counts those that may arrive twice, and never closes them as failed", async () => {
    const id = await unknown();
    expect(await countMessages(test.db, "retry", { id })).toMatchObject({
      messages: 1,
      inDoubt: 1,
    });
    expect(await changeMessages(test.db, "retry", { id }, decision)).toEqual({
      messages: 1,
      inDoubt: 1,
    });
    // A refusal of the second copy says nothing about the first.
    await work(test.db, refused("permanent"));
    expect(await find(id)).toMatchObject({ state: "closed", closedReason: "unknown" });
    // And once more, if the operator says so.
    expect(await changeMessages(test.db, "retry", { id }, decision)).toEqual({
      messages: 1,
      inDoubt: 1,
    });
    // Then SES says that the first one had arrived: the second one is not sent.
    await event(id, "Delivery");
    expect(await find(id)).toMatchObject({ state: "closed", closedReason: "sent", payload: null });
    expect(await work(test.db, accepted)).toEqual([]);
  });

  it("leaves a message in doubt if its second answer is lost too, and does not resend it", async () => {
    const id = await unknown();
    await changeMessages(test.db, "retry", { id }, decision);
    await work(test.db, refused("unknown"));
    await endDoubts(test.db);
    expect(await find(id)).toMatchObject({ state: "closed", closedReason: "unknown" });
  });

  it.each<[string, () => Promise<string>, RegExp]>([
    [
      "was sent",
      async () => {
        const id = await queueWelcome(test.db);
        await work(test.db, accepted);
        return id;
      },
      /it has been sent/,
    ],
    [
      "was sent, by an answer that came after its lease had ended",
      async () => {
        const id = await queueChanged(test.db);
        const { messages } = await claimAs(test.db);
        await loseLeases(test.db);
        await endDoubts(test.db);
        await settleAs(test.db, messages, accepted);
        return id;
      },
      /has been sent/,
    ],
    [
      "was judged unsent, sent again and refused, before the first call's answer came",
      async () => {
        const id = await queueChanged(test.db);
        const { messages } = await claimAs(test.db);
        await loseLeases(test.db);
        await test.db.$executeRaw`
          UPDATE messages SET state = 'queued', due_at = now(), judged_unsent = 1, judged_at = now()`;
        await work(test.db, refused("permanent"));
        expect(await find(id)).toMatchObject({ closedReason: "failed" });
        await settleAs(test.db, messages, accepted);
        return id;
      },
      /may have been sent/,
    ],
    [
      "was sent, by an event without an outcome",
      async () => {
        const id = await unknown();
        await event(id, "Open");
        return id;
      },
      /may have been sent/,
    ],
    [
      "was sent, by its Delivery",
      async () => {
        const id = await unknown();
        await event(id, "Delivery");
        return id;
      },
      /it has been sent/,
    ],
    [
      "has expired",
      async () => {
        const id = await failed(queueReset);
        await test.db.$executeRaw`UPDATE messages SET expires_at = now()`;
        return id;
      },
      /it has expired/,
    ],
    [
      "has lost its contents",
      async () => {
        const id = await failed();
        await test.db.$executeRaw`UPDATE messages SET closed_at = now() - interval '8 days'`;
        expect(await eraseOldContents(test.db, { olderThanDays: 7 })).toBe(1);
        return id;
      },
      /contents are erased/,
    ],
    ["waits", () => queueWelcome(test.db), /it is still queued/],
    [
      "was cancelled",
      async () => {
        const id = await queueWelcome(test.db);
        await changeMessages(test.db, "cancel", { id }, decision);
        return id;
      },
      /it is cancelled/,
    ],
  ])("sends nothing again that %s, and says so", async (_, prepare, why) => {
    const id = await prepare();
    const before = await find(id);
    for (const ask of [changeMessages, countMessages]) {
      await expect(ask(test.db, "retry", { id }, decision)).rejects.toMatchObject({
        code: "NOT_RETRIABLE",
        message: expect.stringMatching(why),
      });
    }
    expect(await find(id)).toEqual(before);
    expect(await changeMessages(test.db, "retry", { template: before.template }, decision)).toEqual(
      {
        messages: 0,
        inDoubt: 0,
      },
    );
    expect(await find(id)).toEqual(before);
  });

  it("sends nothing again that was sent, by an event that commits in the meantime", async () => {
    const id = await unknown();
    let retrying: Promise<unknown> | undefined;
    await applyEvents(test.db, [sesEvent("Open", { messageId: id })], {
      async onEvents() {
        retrying = changeMessages(test.db, "retry", { id }, decision).catch((error) => error);
        await waitForLocks(test.db);
      },
    });
    expect(await retrying).toMatchObject({ code: "NOT_RETRIABLE" });
    expect(await find(id)).toMatchObject({ state: "closed", closedReason: "unknown" });
  });

  it("takes all that a filter finds, and no others", async () => {
    const other = await failed(queueWelcome, "other@example.com");
    const id = await failed();
    // More than one transaction takes.
    await test.db.$executeRaw`
      INSERT INTO messages (id, template, category, to_address, to_key, payload, on_unknown, state,
        closed_reason, closed_at)
      SELECT gen_random_uuid(), template, category, to_address, to_key, payload, on_unknown, state,
        closed_reason, closed_at
      FROM messages, generate_series(1, 1100) WHERE id = ${id}::uuid`;
    await unknown();
    const filter = { to: "NAME@example.com", closedReason: "failed" } as const;
    expect(await countMessages(test.db, "retry", filter)).toMatchObject({
      messages: 1101,
      inDoubt: 0,
    });
    expect(await changeMessages(test.db, "retry", filter, decision)).toEqual({
      messages: 1_101,
      inDoubt: 0,
    });
    expect(await test.db.message.count({ where: { state: "queued" } })).toBe(1_101);
    expect(await countMessages(test.db, "retry", {})).toMatchObject({ messages: 2, inDoubt: 1 });
    expect(await find(other)).toMatchObject({ closedReason: "failed" });
    expect(await test.db.operatorAction.count()).toBe(1_101);
  });
});

describe("cancel", () => {
  it("closes what waits, erases its contents, and stores who did it and why", async () => {
    const id = await queueWelcome(test.db, "one@example.com");
    const other = await queueWelcome(test.db, "two@example.com");
    expect(await countMessages(test.db, "cancel", { to: "one@example.com" })).toMatchObject({
      messages: 1,
      inDoubt: 0,
    });
    expect(await changeMessages(test.db, "cancel", { to: "one@example.com" }, decision)).toEqual({
      messages: 1,
      inDoubt: 0,
    });
    expect(await find(id)).toMatchObject({ closedReason: "cancelled", payload: null });
    expect((await findMessage(test.db, id))?.timeline).toMatchObject([
      { what: "queued" },
      { what: "operator", action: "cancel", by: "operator" },
      { what: "closed", reason: "cancelled" },
    ]);
    expect(await work(test.db, accepted)).toEqual([other]);
    await expect(changeMessages(test.db, "cancel", { id: other }, decision)).rejects.toMatchObject({
      code: "NOT_WAITING",
      message: expect.stringMatching(/it is sent/),
    });
  });

  it("counts those whose first copy may have been sent", async () => {
    const id = await queueReset(test.db);
    await work(test.db, refused("unknown"));
    await endDoubts(test.db);
    expect(await find(id)).toMatchObject({ state: "queued", resent: true });
    expect(await changeMessages(test.db, "cancel", { id }, decision)).toEqual({
      messages: 1,
      inDoubt: 1,
    });
    expect(await find(id)).toMatchObject({ closedReason: "unknown", payload: null });
  });
});

it("holds messages until they are released, and no others", async () => {
  const id = await queueWelcome(test.db, "held@example.com");
  const other = await queueWelcome(test.db);
  const all = { template: "welcome" };
  expect(await countMessages(test.db, "hold", { id })).toMatchObject({ messages: 1 });
  await changeMessages(test.db, "hold", { id }, decision);
  expect(await countMessages(test.db, "hold", all)).toMatchObject({ messages: 1 });
  const held = await findMessage(test.db, id);
  expect(held && isHeld(held)).toBe(true);
  await expect(changeMessages(test.db, "hold", { id }, decision)).rejects.toMatchObject({
    code: "NOT_WAITING",
    message: "This email is held already.",
  });
  expect(await work(test.db, accepted)).toEqual([other]);
  expect(await countMessages(test.db, "release", all)).toMatchObject({ messages: 1 });
  expect(await changeMessages(test.db, "release", all, decision)).toMatchObject({ messages: 1 });
  expect((await findMessage(test.db, id))?.timeline).toMatchObject([
    { what: "queued" },
    { what: "operator", action: "hold" },
    { what: "operator", action: "release" },
  ]);
  expect(await work(test.db, accepted)).toEqual([id]);
  await expect(changeMessages(test.db, "release", { id }, decision)).rejects.toMatchObject({
    code: "NOT_HELD",
  });
  await expect(changeMessages(test.db, "hold", { id }, decision)).rejects.toMatchObject({
    code: "NOT_WAITING",
  });
});

it("a released email that was scheduled waits for its time, and one that was due goes at once", async () => {
  const later = await queueWelcome(test.db, "later@example.com");
  const due = await queueWelcome(test.db, "due@example.com");
  await test.db
    .$executeRaw`UPDATE messages SET due_at = now() + interval '3 days' WHERE id = ${later}::uuid`;
  const before = await test.db.message.findUniqueOrThrow({ where: { id: later } });
  const all = { template: "welcome" };
  expect(await changeMessages(test.db, "hold", all, decision)).toMatchObject({ messages: 2 });
  expect(await work(test.db, accepted)).toEqual([]);
  expect(await changeMessages(test.db, "release", all, decision)).toMatchObject({ messages: 2 });
  expect(await work(test.db, accepted)).toEqual([due]);
  expect((await test.db.message.findUniqueOrThrow({ where: { id: later } })).dueAt).toEqual(
    before.dueAt,
  );
});

it("an email that is scheduled as late as can be is held and released like any other", async () => {
  const sendAt = new Date("2999-12-31T23:59:59Z");
  const expiresAt = new Date(sendAt.getTime() + 1);
  const id = await queueReset(test.db, "held@example.com", { sendAt, expiresAt });
  const isNowHeld = async () => {
    const found = await findMessage(test.db, id);
    return found && isHeld(found);
  };
  expect(await isNowHeld()).toBe(false);
  await changeMessages(test.db, "hold", { id }, decision);
  expect(await isNowHeld()).toBe(true);
  await changeMessages(test.db, "release", { id }, decision);
  expect((await findMessage(test.db, id))?.dueAt).toEqual(sendAt);
});

it("a held email still expires, and its contents are then erased", async () => {
  const id = await queueReset(test.db, "held@example.com");
  const other = await queueReset(test.db, "later@example.com");
  for (const each of [id, other]) await changeMessages(test.db, "hold", { id: each }, decision);
  await test.db.$executeRaw`UPDATE messages SET expires_at = now() WHERE id = ${id}::uuid`;
  await endHolds(test.db);
  expect(await work(test.db, accepted)).toEqual([]);
  const closed = await test.db.message.findUniqueOrThrow({ where: { id } });
  expect(closed).toMatchObject({ closedReason: "expired", payload: null });
  expect(await countMessages(test.db, "release", { id: other })).toMatchObject({ messages: 1 });
});

it.each([
  [
    "no reason",
    { id: "01a227ee-43a1-78e3-98d0-449b0cd610e4" },
    { ...decision, because: " " },
    "NO_REASON",
  ],
  ["an invalid id", { id: "' OR true" }, decision, "UNKNOWN_EMAIL"],
  ["an unknown id", { id: "01a227ee-43a1-78e3-98d0-449b0cd610e4" }, decision, "UNKNOWN_EMAIL"],
  ["an invalid address", { to: "nobody" }, decision, "INVALID_ADDRESS"],
])("refuses %s, and does nothing", async (_, selection, options, code) => {
  await queueWelcome(test.db);
  await expect(changeMessages(test.db, "retry", selection, options)).rejects.toMatchObject({
    code,
  });
  await expect(changeMessages(test.db, "cancel", selection, options)).rejects.toMatchObject({
    code,
  });
  expect(await test.db.message.count({ where: { state: "queued" } })).toBe(1);
});

it("erases contents after their days, or as soon as the message expires", async () => {
  const kept = await failed(queueWelcome, "kept@example.com");
  const old = await failed(queueWelcome, "old@example.com");
  const over = await failed(queueReset, "over@example.com");
  await test.db
    .$executeRaw`UPDATE messages SET closed_at = now() - interval '8 days' WHERE id = ${old}::uuid`;
  await test.db.$executeRaw`UPDATE messages SET expires_at = now() WHERE id = ${over}::uuid`;
  const waiting = await queueWelcome(test.db);
  expect(await eraseOldContents(test.db, { olderThanDays: 7, batch: 1 })).toBe(2);
  expect((await find(kept)).payload).not.toBeNull();
  expect((await find(waiting)).payload).not.toBeNull();
  expect((await find(old)).payload).toBeNull();
  expect((await find(over)).payload).toBeNull();
});
