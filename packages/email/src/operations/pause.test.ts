import { expect, it } from "vitest";
import { setLimits, stopSending } from "../pace.ts";
import {
  claimAs,
  queueOptional,
  queueReset,
  queueVerify,
  queueWelcome,
  useOutbox,
} from "../delivery/test-queue.ts";
import { LOWEST_RATE, lowerRate, pauseSending, resumeSending } from "./pause.ts";

const test = await useOutbox();

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

it("weakens a pause of everything only for somebody who has seen that pause", async () => {
  await queueWelcome(test.db);
  await pauseSending(test.db, "all", decision);
  const { pausedAt: first } = await status();
  await pauseSending(test.db, "all", { by: "another", because: "worse" });
  for (const seen of [undefined, null, first]) {
    await expect(pauseSending(test.db, "non-essential", decision, seen)).rejects.toMatchObject({
      code: "PAUSE_CHANGED",
    });
  }
  const { paused, pausedBy, pausedAt } = await status();
  expect({ paused, pausedBy }).toEqual({ paused: "all", pausedBy: "another" });
  await pauseSending(test.db, "non-essential", decision, pausedAt);
  expect(await status()).toMatchObject({ paused: "non-essential" });
  // To pause more, one need not have seen the present pause.
  await pauseSending(test.db, "all", decision, null);
  expect(await status()).toMatchObject({ paused: "all" });
});

it("ends no pause for an operator who saw none; without a pause, earlier bounces still count", async () => {
  await resumeSending(test.db, decision, null);
  expect((await status()).resumedAt).toBeNull();
  await pauseSending(test.db, "all", decision);
  await expect(resumeSending(test.db, decision, null)).rejects.toMatchObject({
    code: "PAUSE_CHANGED",
  });
  expect(await claimed()).toEqual([]);
  await resumeSending(test.db, decision, (await status()).pausedAt);
  const { resumedAt } = await status();
  expect(resumedAt).not.toBeNull();
  await resumeSending(test.db, decision);
  expect((await status()).resumedAt).toEqual(resumedAt);
});

it("weakens a lower rate only for somebody who has seen it", async () => {
  const lower = (rate: number, minutes: number, seen?: Date | null) =>
    lowerRate(test.db, { rate, seconds: minutes * 60 }, decision, seen);
  await lower(2, 60, null);
  const weaker = [
    () => lower(3, 60, null),
    () => lower(2, 30, null),
    () => lowerRate(test.db, null, decision, null),
    () => lower(3, 60, new Date(0)),
  ];
  for (const change of weaker)
    await expect(change()).rejects.toMatchObject({ code: "RATE_CHANGED" });
  await lower(1, 90, null);
  const { loweredRate, loweredUntil } = await status();
  expect(loweredRate).toBe(1);
  await lower(3, 10, loweredUntil);
  expect((await status()).loweredRate).toBe(3);
  await lowerRate(test.db, null, decision);
  expect((await status()).loweredRate).toBeNull();
  await lower(9, 1, loweredUntil);
});

it("needs a reason, and changes nothing without it", async () => {
  const before = await status();
  const none = { by: "operator", because: " " };
  await expect(pauseSending(test.db, "all", none)).rejects.toMatchObject({ code: "NO_REASON" });
  await expect(resumeSending(test.db, none)).rejects.toMatchObject({ code: "NO_REASON" });
  const lower = lowerRate(test.db, { rate: 1, seconds: 60 }, none);
  await expect(lower).rejects.toMatchObject({ code: "NO_REASON" });
  expect(await status()).toEqual(before);
});

it("keeps to a lower rate until it ends, and then to the account's rate", async () => {
  await setLimits(test.db, { maxRate: 20, max24Hours: undefined, sent24Hours: 0 });
  for (let i = 0; i < 14; i++) await queueWelcome(test.db, `name${i}@example.com`);
  const minute = { rate: 4, seconds: 60 };
  await lowerRate(test.db, minute, decision);
  // Half a second of the rate.
  expect(await claimed()).toHaveLength(2);
  await test.db
    .$executeRaw`UPDATE sending_status SET refilled_at = refilled_at - interval '1 minute'`;
  expect(await claimed()).toHaveLength(2);
  await test.db.$executeRaw`UPDATE sending_status SET lowered_until = now(),
    refilled_at = refilled_at - interval '1 minute'`;
  expect(await claimed()).toHaveLength(10);
  await lowerRate(test.db, { rate: LOWEST_RATE, seconds: 60 }, decision);
  await queueWelcome(test.db, "last@example.com");
  expect(await claimed()).toHaveLength(0);
  const wrongs = [
    { rate: 0 },
    { rate: 1e-310 },
    { rate: LOWEST_RATE / 2 },
    { seconds: 0 },
    { rate: NaN },
  ];
  for (const wrong of [...wrongs, { seconds: Infinity }]) {
    await expect(lowerRate(test.db, { ...minute, ...wrong }, decision)).rejects.toMatchObject({
      code: "INVALID_RATE",
    });
  }
});
