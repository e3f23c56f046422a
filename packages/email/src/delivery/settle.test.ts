import { type Message, createDb } from "@repo/db";
import { expect, it } from "vitest";
import { release } from "./claim.ts";
import { type Settlement, settle } from "./settle.ts";
import {
  type Answer,
  accepted,
  claimAs,
  queueReset,
  queueWelcome,
  refused,
  doubtSeconds,
  useOutbox,
  work,
  settleAs,
  loseLeases,
  endDoubts,
} from "./test-queue.ts";

const test = await useOutbox();

const find = (id: string) =>
  test.db.message.findUniqueOrThrow({
    where: { id },
    include: { attempts: { orderBy: { number: "asc" } } },
  });

it.each([
  ["accepted", { state: "closed", closedReason: "sent", outcome: "sent", payload: null }],
  ["permanent", { state: "closed", closedReason: "failed", outcome: "none" }],
  ["throttled", { state: "queued", closedReason: null }],
  ["quota", { state: "queued", closedReason: null }],
  ["unreachable", { state: "queued", closedReason: null }],
  ["paused", { state: "queued", closedReason: null }],
  ["misconfigured", { state: "queued", closedReason: null }],
  ["unverified", { state: "queued", closedReason: null }],
  ["skipped", { state: "queued", closedReason: null }],
  ["unknown", { state: "unknown", closedReason: null }],
] as [string, Partial<Message>][])("%s", async (result, expected) => {
  const id = await queueReset(test.db);
  await work(test.db, result === "accepted" ? accepted : refused(result));
  const message = await find(id);
  expect(message).toMatchObject({
    ...expected,
    leaseId: null,
    attemptCount: 1,
  });
  expect(message.attempts).toMatchObject([{ number: 1, result }]);
  if (expected.payload === undefined) expect(message.payload).not.toBeNull();
});

it("writes no attempt of a message that cannot be rendered, because it may be tried very often", async () => {
  const id = await queueReset(test.db);
  await work(test.db, refused("unrendered"));
  expect(await find(id)).toMatchObject({
    state: "queued",
    attemptCount: 1,
    lastError: "Code: why",
    attempts: [],
  });
});

it("records an attempt from its claim on", async () => {
  const id = await queueReset(test.db);
  await claimAs(test.db);
  const claimedAt = "2026-01-02 03:04:05+00";
  await settleAs(test.db, [{ id, attempt: 1, claimedAt }], accepted);
  expect((await find(id)).attempts[0]?.startedAt).toEqual(new Date("2026-01-02T03:04:05Z"));
});

it("settles an answer with characters that PostgreSQL does not accept", async () => {
  const id = await queueReset(test.db);
  await work(test.db, { ...refused("permanent"), code: "a\0b" } as unknown as Answer);
  expect((await find(id)).attempts).toMatchObject([{ errorCode: "a\ufffdb" }]);
});

it("does not wait for the disk", async () => {
  await test.db.$executeRaw`CREATE TABLE seen (value text)`;
  await test.db.$executeRaw`
    CREATE FUNCTION see() RETURNS trigger LANGUAGE plpgsql AS
    'BEGIN INSERT INTO seen VALUES (current_setting(''synchronous_commit'')); RETURN NEW; END'`;
  await test.db.$executeRaw`
    CREATE TRIGGER see BEFORE UPDATE ON messages FOR EACH ROW EXECUTE FUNCTION see()`;
  // The embedded test database has it off for all transactions, so switch it on.
  const [row] = await test.db.$queryRaw<{ name: string }[]>`SELECT current_database() AS name`;
  await test.db.$executeRawUnsafe(`ALTER DATABASE "${row?.name}" SET synchronous_commit = on`);
  const other = createDb(test.url);
  await queueReset(other);
  await work(other, accepted);
  await other.$disconnect();
  const seen = await test.db.$queryRaw`SELECT value FROM seen`;
  await test.db.$executeRaw`DROP FUNCTION see CASCADE`;
  await test.db.$executeRaw`DROP TABLE seen`;
  expect(seen, "the claim waits, the settlement does not").toEqual([
    { value: "on" },
    { value: "off" },
  ]);
});

it("lets no worker that has lost its lease settle a message that another has claimed, or release it", async () => {
  const id = await queueReset(test.db);
  const stale = await claimAs(test.db);
  await loseLeases(test.db);
  await endDoubts(test.db);
  const fresh = await claimAs(test.db);
  await settleAs(test.db, stale.messages, refused("permanent"));
  await release(test.db, stale.leaseId);
  expect(await find(id)).toMatchObject({
    state: "sending",
    leaseId: fresh.leaseId,
    // Its attempt is stored nevertheless.
    attempts: [{ number: 1, result: "permanent", errorCode: "Code" }],
  });
});

it.each([
  ["in doubt", "accepted", { state: "closed", closedReason: "sent", outcome: "sent" }],
  ["in doubt", "permanent", { state: "closed", closedReason: "failed" }],
  ["in doubt", "skipped", { state: "queued", resent: false }],
  ["in doubt", "unknown", { state: "unknown", resent: false }],
  ["queued once more", "accepted", { state: "closed", closedReason: "sent", outcome: "sent" }],
  ["queued once more", "permanent", { state: "queued", resent: true }],
  ["queued once more", "skipped", { state: "queued", resent: true }],
] as [string, string, Partial<Message>][])(
  "uses the answer of a worker that has lost its lease, if the message is %s: %s",
  async (state, result, expected) => {
    const id = await queueReset(test.db);
    const stale = await claimAs(test.db);
    await loseLeases(test.db);
    if (state === "queued once more") await endDoubts(test.db);
    const answer = result === "accepted" ? accepted : refused(result);
    await settleAs(test.db, stale.messages, answer);
    expect(await find(id)).toMatchObject({ ...expected, attempts: [{ number: 1, result }] });
  },
);

it("closes what was accepted late as sent, also after a later call that sent nothing, or when it is closed", async () => {
  const [resent, held] = [await queueReset(test.db), await queueWelcome(test.db)];
  const stale = await claimAs(test.db);
  await loseLeases(test.db);
  await endDoubts(test.db);
  await work(test.db, refused("throttled"));
  expect(await find(held)).toMatchObject({ closedReason: "unknown" });
  await settleAs(test.db, stale.messages, accepted);
  for (const id of [resent, held]) {
    expect(await find(id)).toMatchObject({
      state: "closed",
      closedReason: "sent",
      outcome: "sent",
      payload: null,
    });
  }
});

it.each(["throttled", "permanent", "accepted"] as const)(
  "closes what was accepted late as sent, while a second call is made that ends %s",
  async (result) => {
    const id = await queueReset(test.db);
    const stale = await claimAs(test.db);
    await loseLeases(test.db);
    await endDoubts(test.db);
    const { messages } = await claimAs(test.db);
    await settleAs(test.db, stale.messages, accepted);
    const closed = { state: "closed", closedReason: "sent", outcome: "sent", payload: null };
    expect(await find(id)).toMatchObject(closed);
    await settleAs(test.db, messages, result === "accepted" ? accepted : refused(result));
    expect(await find(id)).toMatchObject({
      ...closed,
      attempts: [
        { number: 1, result: "accepted" },
        { number: 2, result },
      ],
    });
  },
);

it("settles messages of several claims at once, and knows the claim of each", async () => {
  const lost = await queueReset(test.db);
  const [stale] = (await claimAs(test.db)).messages;
  await loseLeases(test.db);
  await endDoubts(test.db);
  const again = (await claimAs(test.db)).messages;
  const other = await queueWelcome(test.db);
  const next = (await claimAs(test.db)).messages;
  const settlements = [
    { ...stale, ...refused("permanent") },
    ...[...again, ...next].map((claimed) => ({ ...claimed, ...accepted })),
  ] as unknown as Settlement[];
  expect(settlements.map(({ id, attempt }) => [id, attempt])).toEqual([
    [lost, 1],
    [lost, 2],
    [other, 1],
  ]);
  await settle(test.db, settlements, doubtSeconds);
  expect(await find(lost)).toMatchObject({
    closedReason: "sent",
    attempts: [
      { number: 1, result: "permanent" },
      { number: 2, result: "accepted" },
    ],
  });
  expect(await find(other)).toMatchObject({ closedReason: "sent" });
});

it("settles the others if one was deleted during its call", async () => {
  const [kept, deleted] = [await queueReset(test.db), await queueWelcome(test.db)];
  const claimed = await claimAs(test.db);
  await test.db.message.delete({ where: { id: deleted } });
  expect(claimed.messages).toHaveLength(2);
  await settleAs(test.db, claimed.messages, accepted);
  expect(await find(kept)).toMatchObject({ closedReason: "sent" });
});

it("a refusal of the second copy says nothing about the first, which stays unknown", async () => {
  const id = await queueReset(test.db);
  await work(test.db, refused("unknown"));
  await endDoubts(test.db);
  await work(test.db, refused("permanent"));
  expect(await find(id)).toMatchObject({ state: "closed", closedReason: "unknown" });
});
