import { Prisma } from "@repo/db";
import { beforeEach, expect, it } from "vitest";
import { claimAs, queueReset, useOutbox } from "../delivery/test-queue.ts";
import { createPseudonyms, eraseMail } from "../erasure.ts";
import { keysOf } from "../keys.ts";
import { applyEvents } from "../events/apply.ts";
import { sesEvent } from "../events/test-event.ts";
import { explainSuppression, removeSuppression } from "../suppression/suppressions.ts";

const pseudonyms = createPseudonyms(keysOf("a key of opt-outs with 32 characters"));
const EMAIL = "sam@example.com";
const test = await useOutbox();
beforeEach(() => test.db.erasedAddress.deleteMany());

const queue = (to = EMAIL) => queueReset(test.db, to);
const erase = (until: Date | null = null) =>
  eraseMail(test.db, { keys: [EMAIL], pseudonyms: [pseudonyms.of(EMAIL)], until });
const hear = (effect: "permanent" | "complaint" | undefined, messageId?: string) =>
  applyEvents(
    test.db,
    [
      sesEvent("Any", {
        sesMessageId: `ses-${crypto.randomUUID()}`,
        messageId,
        recipient: EMAIL,
        detail: { diagnosticCode: EMAIL },
        effect,
      }),
    ],
    { pseudonyms },
  );
const claimAll = async () => {
  const { messages, closed } = await claimAs(test.db, { pseudonyms });
  return { taken: messages.map(({ to }) => to), closed: closed.map(({ reason }) => reason) };
};

it("computes the same hash here and in PostgreSQL, for any key", async () => {
  for (const key of [EMAIL, "größe@xn--exmple-cua.com", "x".repeat(300)]) {
    const [row] = await test.db.$queryRaw<{ hash: string }[]>`
      SELECT ${pseudonyms.sql(Prisma.sql`${key}::text`)} AS hash`;
    expect(row?.hash).toBe(pseudonyms.of(key));
  }
  expect(pseudonyms.of(EMAIL)).not.toBe(createPseudonyms(keysOf("b".repeat(32))).of(EMAIL));
});

it("sends no email to somebody who has complained, after their erasure too", async () => {
  await hear("complaint");
  await erase();
  await queue();
  await queue("kim@example.com");
  expect(await claimAll()).toEqual({ taken: ["kim@example.com"], closed: ["suppressed"] });
});

it("sends email again to somebody who only bounced, when they come back", async () => {
  await hear("permanent");
  await erase();
  await queue();
  expect(await claimAll()).toEqual({ taken: [EMAIL], closed: [] });
});

it("stores events of a new email as usual, when somebody comes back", async () => {
  await erase();
  const id = await queue();
  await hear("permanent", id);
  expect(await test.db.event.findMany()).toMatchObject([{ recipient: EMAIL, messageId: id }]);
  expect(await test.db.suppression.count({ where: { addressKey: EMAIL } })).toBe(1);
});

it("erases what is older than the request, and nothing newer", async () => {
  const old = await queue();
  const until = new Date();
  await test.db.$executeRaw`UPDATE messages SET created_at = now() - interval '1 hour'`;
  const newer = await queue();
  await test.db.$executeRaw`
    UPDATE messages SET created_at = now() + interval '1 hour' WHERE id = ${newer}::uuid`;
  await erase(until);
  const left = await test.db.message.findMany({ select: { id: true } });
  expect(left).toEqual([{ id: newer }]);
  expect(left).not.toContainEqual({ id: old });
});

it("keeps what somebody wants who has used the address again, and no trace of others", async () => {
  const until = new Date(Date.now() - 60_000);
  for (const isUsedAgain of [true, false]) {
    await test.db.message.deleteMany();
    if (isUsedAgain) await queue();
    const sinceThen = { addressKey: EMAIL, createdAt: new Date() };
    await test.db.suppression.create({ data: { ...sinceThen, reason: "bounce" } });
    const off = { category: "news", wanted: false, changedBy: "link" };
    await test.db.emailPreference.create({ data: { addressKey: EMAIL, ...off } });
    const old = { ...off, category: "digest", changedAt: new Date(0) };
    await test.db.emailPreference.create({ data: { addressKey: EMAIL, ...old } });
    await erase(until);
    const left = isUsedAgain ? 1 : 0;
    expect(await test.db.suppression.count()).toBe(left);
    expect(await test.db.emailPreference.count()).toBe(left);
    await erase();
  }
});

it("never lets an address come back by events that are stored at the same moment", async () => {
  for (let round = 0; round < 5; round++) {
    const id = await queue();
    await Promise.all([
      hear(undefined, id),
      hear("permanent", id),
      erase(),
      hear(undefined, id),
      hear("complaint", id),
    ]);
    const rows = JSON.stringify([
      await test.db.event.findMany(),
      await test.db.message.findMany(),
      await test.db.suppression.findMany(),
    ]);
    expect(rows).not.toContain(EMAIL);
  }
});

it("is found and removed by an operator who types the address", async () => {
  await hear("complaint");
  await erase();
  const found = await explainSuppression(test.db, EMAIL, pseudonyms);
  expect(found.suppression).toMatchObject({ reason: "complaint", evidence: null });
  const decision = { by: "op", because: "she asked", overrideComplaint: true };
  const removed = await removeSuppression(test.db, EMAIL, { ...decision, pseudonyms });
  expect(removed.address).toBe(EMAIL);
  await queue();
  expect((await claimAll()).taken).toEqual([EMAIL]);
});
