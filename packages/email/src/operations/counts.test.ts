import { createDb } from "@repo/db";
import { beforeEach, expect, it, vi } from "vitest";
import { settle, type Settlement } from "../delivery/settle.ts";
import {
  accepted,
  claimAs,
  doubtSeconds,
  queueReset,
  queueWelcome,
  refused,
  useOutbox,
  work,
  settleAs,
  loseLeases,
} from "../delivery/test-queue.ts";
import { applyEvents } from "../events/apply.ts";
import { attachEvents } from "../events/attach.ts";
import type { SesEvent } from "../events/event.ts";
import { sesEvent } from "../events/test-event.ts";
import { foldCounts } from "./fold.ts";
import { readHours, readRates } from "./rates.ts";

const test = await useOutbox();
beforeEach(async () => {
  await test.db.pendingCount.deleteMany();
  await test.db.hourlyCount.deleteMany();
});

const event = (messageId: string, type: string, more: Partial<SesEvent> = {}) =>
  sesEvent(type, { sesMessageId: `ses-${messageId}`, messageId, ...more });
const bounce = (id: string, more: Partial<SesEvent> = {}) =>
  event(id, "Bounce", { effect: "permanent", ...more });
const complaint = (id: string) => event(id, "Complaint", { effect: "complaint" });
const delivery = (id: string) =>
  event(id, "Delivery", { detail: { processingTimeMillis: 700, smtpResponse: "250 ok" } });

const all = async () => (await readRates(test.db, "24h")).all;

it("counts each call and each event once, even if it is repeated", async () => {
  const reset = await queueReset(test.db, "name@one.example");
  await queueWelcome(test.db, "name@two.example");
  const { messages } = await claimAs(test.db);
  const settlements = messages.map(
    ({ id, attempt, claimedAt }) =>
      ({ id, attempt, claimedAt, ...accepted, sesMessageId: `ses-${id}` }) as Settlement,
  );
  // The answer of the first one's commit was lost, so the worker settles again.
  await settle(test.db, settlements, doubtSeconds);
  await settle(test.db, settlements, doubtSeconds);
  for (const again of [1, 2]) {
    await applyEvents(test.db, [delivery(reset), bounce(reset), complaint(reset)]);
    await foldCounts(test.db);
    const rates = await readRates(test.db, "24h");
    const bad = { accepted: 1, delivered: 1, bounced: 1, complained: 1 };
    expect(rates.all, `time ${again}`).toMatchObject({ ...bad, accepted: 2, bounceRate: 0.5 });
    expect(rates.byTemplate).toMatchObject([
      { name: "password-reset", ...bad },
      { name: "welcome", accepted: 1, delivered: 0, bounced: 0 },
    ]);
    expect(rates.byDomain).toMatchObject([
      { name: "one.example", ...bad },
      { name: "two.example", accepted: 1, bounced: 0 },
    ]);
  }
  expect(await test.db.pendingCount.count()).toBe(0);
});

it("counts an event in the hour in which it happened, even if it comes late", async () => {
  const id = await queueReset(test.db);
  await work(test.db, accepted);
  const hoursAgo = (hours: number) => new Date(Date.now() - hours * 3_600_000);
  await applyEvents(test.db, [bounce(id, { occurredAt: hoursAgo(30) })]);
  expect(await all()).toMatchObject({ accepted: 1, bounced: 0 });
  expect((await readRates(test.db, "7d")).all).toMatchObject({ accepted: 1, bounced: 1 });
  // By a clock that is ahead.
  await applyEvents(
    test.db,
    [complaint(id)].map((e) => ({ ...e, occurredAt: hoursAgo(-50) })),
  );
  expect(await all()).toMatchObject({ complained: 1 });
});

it("counts an event that came before its call was settled, when it finds its message", async () => {
  const id = await queueReset(test.db);
  const untagged = { ...delivery(id), messageId: undefined, sesMessageId: "ses-1" };
  await applyEvents(test.db, [untagged]);
  expect(await all()).toMatchObject({ delivered: 0 });
  await work(test.db, accepted);
  await attachEvents(test.db);
  await attachEvents(test.db);
  expect(await all()).toMatchObject({ accepted: 1, delivered: 1 });
});

it("counts a call whose answer came after its lease had ended", async () => {
  await queueReset(test.db);
  const { messages } = await claimAs(test.db);
  await loseLeases(test.db);
  await settleAs(test.db, messages, accepted);
  expect(await all()).toMatchObject({ accepted: 1 });
});

it("leaves out what AWS leaves out: the simulator, its own list, soft bounces, other complaints", async () => {
  const id = await queueReset(test.db);
  const simulated = await queueReset(test.db, "bounce+1@simulator.amazonses.com");
  await work(test.db, accepted);
  await applyEvents(test.db, [
    { ...bounce(simulated), sesMessageId: "ses-simulated" },
    bounce(id, { dedupeKey: "2", detail: { bounceSubType: "OnAccountSuppressionList" } }),
    bounce(id, { dedupeKey: "3", effect: "soft" }),
    event(id, "Bounce", { dedupeKey: "4" }),
    event(id, "Complaint", { effect: "not-spam" }),
    event(id, "Send"),
  ]);
  expect(await all()).toMatchObject({ accepted: 1, bounced: 0, complained: 0 });
});

it("counts nothing for events that the app has refused", async () => {
  const id = await queueReset(test.db);
  await work(test.db, accepted);
  const onEvents = () => Promise.reject(new Error("of the app"));
  await expect(applyEvents(test.db, [bounce(id)], { onEvents })).rejects.toThrow("of the app");
  expect(await all()).toMatchObject({ accepted: 1, bounced: 0 });
});

it("counts at most fifty domains of an hour separately, and every email in the sum", async () => {
  const add = (from: number, to: number) => test.db.$executeRaw`
    INSERT INTO pending_counts (hour, kind, template, domain, source, count)
    SELECT date_trunc('hour', now(), 'UTC'), 'accepted', 't', i || '.example', '',
      CASE i WHEN 69 THEN 4 ELSE 1 END
    FROM generate_series(${from}::int, ${to}::int) i`;
  await add(0, 39);
  await foldCounts(test.db);
  await add(30, 69);
  await foldCounts(test.db);
  const { all: sum, byDomain } = await readRates(test.db, "24h");
  expect(sum.accepted).toBe(83);
  expect(byDomain).toHaveLength(51);
  expect(byDomain[0]).toMatchObject({ name: "other", accepted: 20 });
  expect(byDomain.find(({ name }) => name === "69.example")).toMatchObject({ accepted: 4 });
});

it("keeps to fifty domains when another worker has folded just before", async () => {
  // The name of the lock is read while this test's own lock is held: between the beginning of the
  // fold and its turn.
  await test.db.$executeRaw`
    CREATE FUNCTION public.hashtext(text) RETURNS int LANGUAGE plpgsql AS $$ BEGIN
      PERFORM pg_advisory_xact_lock_shared(50); RETURN 0;
    END $$`;
  await test.db.$executeRawUnsafe(
    `ALTER DATABASE "${new URL(test.url).pathname.slice(1)}" SET search_path = public, pg_catalog`,
  );
  const late = createDb(test.url);
  await test.db.$executeRaw`
    INSERT INTO pending_counts (hour, kind, template, domain, source, count)
    VALUES (date_trunc('hour', now(), 'UTC'), 'accepted', 't', 'late.example', '', 1)`;
  let folded: Promise<void> | undefined;
  await test.db.$transaction(async (tx) => {
    await tx.$executeRaw`SELECT 1 FROM pg_advisory_xact_lock(50)`;
    folded = foldCounts(late);
    await vi.waitFor(async () => {
      const [row] = await tx.$queryRaw<{ waiting: number }[]>`
        SELECT count(*)::int AS waiting FROM pg_locks WHERE locktype = 'advisory' AND NOT granted
          AND database = (SELECT oid FROM pg_database WHERE datname = current_database())`;
      expect(row?.waiting).toBe(1);
    });
    await test.db.$executeRaw`
      INSERT INTO hourly_counts (hour, dimension, value, kind, count)
      SELECT date_trunc('hour', now(), 'UTC'), 'domain', i || '.example', 'accepted', 1
      FROM generate_series(1, 50) i`;
  });
  await folded;
  await late.$disconnect();
  const { byDomain } = await readRates(test.db, "24h");
  expect(byDomain.map(({ name }) => name)).not.toContain("late.example");
  expect(byDomain).toHaveLength(51);
  await test.db.$executeRaw`DROP FUNCTION public.hashtext`;
});

it("shows each hour with its times, and the refusals separately", async () => {
  const id = await queueReset(test.db);
  await work(test.db, accepted);
  await queueWelcome(test.db);
  // No call was made.
  await work(test.db, refused("skipped"));
  await work(test.db, refused("permanent"));
  await applyEvents(test.db, [delivery(id)]);
  await test.db.$executeRaw`INSERT INTO pending_counts (hour, kind, template, domain, source, count)
    VALUES (date_trunc('hour', now() - interval '5 hours'), 'bounced', 't', 'd.example', 's', 7)`;
  const hours = await readHours(test.db, "24h");
  expect(hours).toHaveLength(24);
  expect(hours.at(-1)).toMatchObject({ accepted: 1, delivered: 1, refused: 1, bounced: 0 });
  expect(hours.at(-6)).toMatchObject({ accepted: 0, bounced: 7 });
  // 0.7 s is between 0.5 and 1.
  expect(hours.at(-1)?.acceptedToDelivered).toEqual([0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0]);
  expect(hours.at(-1)?.queuedToAccepted.reduce((sum, n) => sum + n)).toBe(1);
});

it("adds up more emails than an integer of PostgreSQL holds", async () => {
  await test.db.$executeRaw`INSERT INTO hourly_counts (hour, dimension, value, kind, count)
    SELECT date_trunc('hour', now() - i * interval '1 hour'), 'all', '', 'accepted', 2000000000
    FROM generate_series(1, 2) i`;
  expect((await readRates(test.db, "30d")).all.accepted).toBe(4_000_000_000);
});

it("forgets an hour after 90 days", async () => {
  await test.db.$executeRaw`INSERT INTO hourly_counts (hour, dimension, value, kind, count)
    SELECT date_trunc('hour', now() - days * interval '1 day'), 'all', '', 'accepted', days
    FROM (VALUES (89), (91)) d(days)`;
  await foldCounts(test.db);
  expect(await test.db.hourlyCount.findMany()).toMatchObject([{ count: 89 }]);
});

it("loses and doubles nothing when several workers fold at once", async () => {
  for (let i = 0; i < 60; i++) {
    const counted = test.db.$executeRaw`
      INSERT INTO pending_counts (hour, kind, template, domain, source, count)
      VALUES (date_trunc('hour', now()), 'accepted', 't', 'd.example', 's', 1)`;
    await Promise.all(
      i % 10 === 0 ? [counted, foldCounts(test.db), foldCounts(test.db)] : [counted],
    );
  }
  await foldCounts(test.db);
  expect(await all()).toMatchObject({ accepted: 60 });
  expect(await test.db.pendingCount.count()).toBe(0);
});
