import { createTestDb } from "@repo/db/testing";
import { afterAll, beforeEach, expect, it } from "vitest";
import { setLimits, stopSending } from "../delivery/pace.ts";
import {
  claimAs,
  emptyOutbox,
  queueOptional,
  queueReset,
  queueVerify,
  queueWelcome,
} from "../delivery/test-queue.ts";
import { lowerRate, pauseSending, resumeSending } from "./pause.ts";

const test = await createTestDb();
afterAll(() => test.drop());
beforeEach(() => emptyOutbox(test.db));

const decision = { by: "operator", because: "a wrong list was imported" };
const claimed = async () => (await claimAs(test.db)).messages.map(({ id }) => id);
const status = () => test.db.sendingStatus.findUniqueOrThrow({ where: { id: 1 } });
const actions = async () =>
  (await test.db.operatorAction.findMany({ orderBy: { doneAt: "asc" } })).map(
    ({ action, subject, doneBy, because }) => ({ action, subject, doneBy, because }),
  );

it("claims nothing while all sending is paused, and everything after it", async () => {
  const ids = [await queueReset(test.db), await queueWelcome(test.db)];
  await pauseSending(test.db, "all", decision);
  expect(await claimed()).toEqual([]);
  await resumeSending(test.db, { by: "operator", because: "the list is repaired" });
  expect((await claimed()).toSorted()).toEqual(ids.toSorted());
  const by = { doneBy: "operator" };
  expect(await actions()).toEqual([
    { action: "pause", subject: "all", ...by, because: "a wrong list was imported" },
    { action: "resume", subject: "all", ...by, because: "the list is repaired" },
  ]);
});

it("sends security mail while the rest is paused", async () => {
  const security = [await queueReset(test.db), await queueVerify(test.db)];
  const rest = [await queueWelcome(test.db), await queueOptional(test.db, "news")];
  await pauseSending(test.db, "non-essential", decision);
  expect((await claimed()).toSorted()).toEqual(security.toSorted());
  expect(await claimed()).toEqual([]);
  await resumeSending(test.db, decision);
  expect((await claimed()).toSorted()).toEqual(rest.toSorted());
});

it("sends no probe while all sending is paused, and one at once after it", async () => {
  await queueReset(test.db);
  await stopSending(test.db, "paused", "why");
  await test.db.sendingStatus.updateMany({ data: { probeAt: new Date(0) } });
  await pauseSending(test.db, "all", decision);
  expect(await claimed()).toEqual([]);
  await test.db.sendingStatus.updateMany({ data: { probeAt: new Date(Date.now() + 60_000) } });
  await resumeSending(test.db, decision);
  expect(await claimed()).toHaveLength(1);
  expect((await status()).stoppedBy).toBe("paused");
});

it("does not resume what a restore has stopped", async () => {
  await test.db.sendingStatus.updateMany({ data: { stoppedBy: "restored" } });
  await expect(resumeSending(test.db, decision)).rejects.toMatchObject({
    code: "RESTORE_UNDECIDED",
  });
  await test.db.sendingStatus.updateMany({ data: { stoppedBy: null } });
});

it("needs a reason, and changes nothing without it", async () => {
  const before = await status();
  const until = new Date(Date.now() + 60_000);
  const none = { by: "operator", because: " " };
  await expect(pauseSending(test.db, "all", none)).rejects.toMatchObject({ code: "NO_REASON" });
  await expect(resumeSending(test.db, none)).rejects.toMatchObject({ code: "NO_REASON" });
  const lower = lowerRate(test.db, { rate: 1, until }, none);
  await expect(lower).rejects.toMatchObject({ code: "NO_REASON" });
  expect(await status()).toEqual(before);
});

it("keeps to a lower rate until it ends, and then to the account's rate", async () => {
  await setLimits(test.db, { maxRate: 20, max24Hours: undefined, sent24Hours: 0 });
  for (let i = 0; i < 14; i++) await queueWelcome(test.db, `name${i}@example.com`);
  const minute = { rate: 4, until: new Date(Date.now() + 60_000) };
  await lowerRate(test.db, minute, decision);
  // Half a second of the rate.
  expect(await claimed()).toHaveLength(2);
  await test.db
    .$executeRaw`UPDATE sending_status SET refilled_at = refilled_at - interval '1 minute'`;
  expect(await claimed()).toHaveLength(2);
  await test.db.$executeRaw`UPDATE sending_status SET lowered_until = now(),
    refilled_at = refilled_at - interval '1 minute'`;
  expect(await claimed()).toHaveLength(10);
  await expect(
    lowerRate(test.db, { rate: 0, until: minute.until }, decision),
  ).rejects.toMatchObject({ code: "INVALID_RATE" });
  await expect(lowerRate(test.db, { rate: 4, until: new Date(0) }, decision)).rejects.toMatchObject(
    { code: "INVALID_RATE" },
  );
});
