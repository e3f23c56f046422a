import { waitForLocks } from "@repo/db/testing";
import { full } from "@repo/testing/full";
import { describe, expect, it } from "vitest";
import { lowerRate } from "../operations/pause.ts";
import { sendingStatus } from "../sending-status.ts";
import { release } from "./claim.ts";
import { setLimits, slowDown, stopSending } from "../pace.ts";
import {
  accepted,
  claimAs,
  queueChanged,
  queueReset,
  queueVerify,
  queueWelcome,
  refused,
  useOutbox,
  work,
  endDoubts,
} from "./test-queue.ts";

const test = await useOutbox();

const find = (id: string) =>
  test.db.message.findUniqueOrThrow({ where: { id }, include: { attempts: true } });
const status = () => test.db.sendingStatus.findUniqueOrThrow({ where: { id: 1 } });

/** As if the row had last changed some seconds earlier. */
const age = (seconds: number) =>
  test.db.$executeRaw`
    UPDATE sending_status SET refilled_at = refilled_at - ${seconds} * interval '1 second',
      lowered_at = lowered_at - ${seconds} * interval '1 second'`;

it("finds the rate that the state reports: after SES throttled, and below a lowered rate", async () => {
  await setLimits(test.db, { maxRate: 60, max24Hours: undefined, sent24Hours: 0 });
  const rates = async () => {
    const { rate: reported } = await sendingStatus(test.db);
    await queueReset(test.db);
    await claimAs(test.db, { limit: 1 });
    return { reported, claimed: (await status()).rate };
  };
  // The recovery begins when SES throttled, however long ago the last claim was.
  await age(20);
  await slowDown(test.db);
  const throttled = await rates();
  expect(throttled.claimed).toBeGreaterThanOrEqual(42);
  expect(throttled.claimed).toBeLessThan(60);
  expect(throttled.claimed - throttled.reported).toBeLessThan(10);

  await lowerRate(test.db, { rate: 6, seconds: 600 }, { by: "operator", because: "a test" });
  await test.db.sendingStatus.update({ where: { id: 1 }, data: { rate: 1 } });
  await age(10);
  const lowered = await rates();
  expect(lowered.reported).toBeGreaterThanOrEqual(3);
  expect(lowered.reported).toBeLessThan(6);
  expect(lowered.claimed - lowered.reported).toBeLessThan(2);
});

describe("claim", () => {
  it("takes messages with the reserve first, then other security mail, the oldest first", async () => {
    const welcome = await queueWelcome(test.db);
    const verify = await queueVerify(test.db);
    const first = await queueChanged(test.db);
    await test.db
      .$executeRaw`UPDATE messages SET due_at = now() - interval '1 minute' WHERE id = ${first}::uuid`;
    const second = await queueReset(test.db);
    const order: (string | undefined)[] = [];
    for (let i = 0; i < 4; i++) order.push((await claimAs(test.db, { limit: 1 })).messages[0]?.id);
    expect(order).toEqual([first, second, verify, welcome]);
  });

  it("gives each message to one worker only", async () => {
    const ids = await Promise.all(
      Array.from({ length: 40 }, (_, i) => queueWelcome(test.db, `name${i}@example.com`)),
    );
    const claims = await Promise.all(
      Array.from({ length: 8 }, () => claimAs(test.db, { limit: 10 })),
    );
    const claimed = claims.flatMap(({ messages }) => messages.map(({ id }) => id));
    expect(claimed.toSorted()).toEqual(ids.toSorted());
  });

  it("begins its lease when it takes the messages, however long it waited for the lock", async () => {
    const id = await queueReset(test.db);
    let claiming: ReturnType<typeof claimAs> | undefined;
    const unlocked = await test.db.$transaction(async (tx) => {
      await tx.$executeRaw`SELECT FROM sending_status FOR UPDATE`;
      claiming = claimAs(test.db, { lease: 30 });
      await waitForLocks(test.db);
      const [row] = await tx.$queryRaw<{ at: Date }[]>`SELECT clock_timestamp() AS at`;
      return row!.at.getTime();
    });
    await claiming;
    const { leaseExpiresAt } = await find(id);
    expect(leaseExpiresAt?.getTime()).toBeGreaterThanOrEqual(unlocked + 30_000);
  });

  it("takes nothing after it has waited for half of its lease: its worker may have given it up", async () => {
    const id = await queueReset(test.db);
    let claiming: ReturnType<typeof claimAs> | undefined;
    await test.db.$transaction(async (tx) => {
      await tx.$executeRaw`LOCK TABLE suppressions IN ACCESS EXCLUSIVE MODE`;
      claiming = claimAs(test.db, { lease: 1 });
      await waitForLocks(test.db);
      await tx.$executeRaw`SELECT pg_sleep(0.6)`;
    });
    expect((await claiming)?.messages).toEqual([]);
    expect(await find(id)).toMatchObject({ state: "queued", attemptCount: 0 });
  });

  it("takes nothing at a rate of zero, and looks again some seconds later", async () => {
    await queueReset(test.db);
    await setLimits(test.db, { maxRate: 0, max24Hours: undefined, sent24Hours: 0 });
    await test.db.sendingStatus.updateMany({ data: { tokens: 0 } });
    const { messages, pace } = await claimAs(test.db);
    expect({ messages, wait: pace?.secondsToNext }).toEqual({ messages: [], wait: 5 });
  });

  it("closes messages that are suppressed or expired, and says so", async () => {
    const suppressed = await queueReset(test.db, "Suppressed@example.com");
    await test.db.suppression.create({
      data: { addressKey: "suppressed@example.com", reason: "complaint" },
    });
    const expired = await queueReset(test.db, "late@example.com", { expiresAt: new Date(0) });
    const { messages, closed } = await claimAs(test.db);
    expect(messages).toEqual([]);
    expect(new Map(closed.map(({ id, reason }) => [id, reason]))).toEqual(
      new Map([
        [suppressed, "suppressed"],
        [expired, "expired"],
      ]),
    );
    expect(await find(suppressed)).toMatchObject({
      state: "closed",
      outcome: "none",
      payload: null,
    });
  });

  it("sends security mail to an address that only soft bounces suppress, and nothing else", async () => {
    const [reset, welcome] = [await queueReset(test.db), await queueWelcome(test.db)];
    const { toKey: addressKey } = await find(reset);
    expect((await find(welcome)).toKey).toBe(addressKey);
    await test.db.suppression.create({ data: { addressKey, reason: "soft_bounces" } });
    const { messages, closed } = await claimAs(test.db);
    expect(messages.map(({ id }) => id)).toEqual([reset]);
    expect(closed).toMatchObject([{ id: welcome, reason: "suppressed" }]);
  });

  it("claims nothing when suppressions cannot be looked up", async () => {
    const id = await queueReset(test.db);
    await test.db.$executeRaw`ALTER TABLE suppressions RENAME TO away`;
    await expect(claimAs(test.db)).rejects.toThrow("suppressions");
    await test.db.$executeRaw`ALTER TABLE away RENAME TO suppressions`;
    expect(await find(id)).toMatchObject({ state: "queued" });
  });

  it("closes a second copy that may not go out any more as unknown: the first may have been sent", async () => {
    const id = await queueReset(test.db);
    await work(test.db, refused("unknown"));
    await endDoubts(test.db);
    await test.db.$executeRaw`UPDATE messages SET expires_at = now()`;
    await claimAs(test.db);
    expect(await find(id)).toMatchObject({ state: "closed", closedReason: "unknown" });
  });

  it.runIf(full)("takes no more than 16 MB of payloads, or one larger message alone", async () => {
    for (const to of ["a@example.com", "b@example.com"]) await queueReset(test.db, to);
    await test.db.$executeRaw`UPDATE messages SET payload = decode(repeat('00', 17000000), 'hex')`;
    expect((await claimAs(test.db)).messages).toHaveLength(1);
    expect((await claimAs(test.db)).messages).toHaveLength(1);
  });
});

describe("the staging guard", () => {
  const allowTo = { addresses: ["name@example.com"], domains: ["example.org"] };

  it("closes what is allowed neither by address nor by domain, and says why", async () => {
    const allowed = await Promise.all(
      ["Name@example.com", "any@example.org"].map((to) => queueReset(test.db, to)),
    );
    const refusedIds = await Promise.all(
      ["other@example.com", "name@sub.example.org", "name@example.com.example.net"].map((to) =>
        queueReset(test.db, to),
      ),
    );
    const { messages, closed } = await claimAs(test.db, { allowTo });
    expect(messages.map(({ id }) => id).toSorted()).toEqual(allowed.toSorted());
    expect(closed.map(({ id }) => id).toSorted()).toEqual(refusedIds.toSorted());
    expect(await find(refusedIds[0]!)).toMatchObject({
      closedReason: "failed",
      lastError: expect.stringContaining("EMAIL_ALLOW_TO"),
    });
  });

  it("with a redirection, claims it as not allowed", async () => {
    await queueReset(test.db, "other@example.net");
    await queueReset(test.db, "any@example.org");
    const { messages } = await claimAs(test.db, { allowTo, redirect: true });
    expect(new Map(messages.map(({ to, allowed }) => [to, allowed]))).toEqual(
      new Map([
        ["other@example.net", false],
        ["any@example.org", true],
      ]),
    );
  });
});

describe("the token bucket", () => {
  const limit = (maxRate: number, max24Hours?: number, sent24Hours = 0) =>
    setLimits(test.db, { maxRate, max24Hours, sent24Hours });
  const rewind = (seconds: number) =>
    test.db
      .$executeRaw`UPDATE sending_status SET refilled_at = now() - ${seconds} * interval '1 second'`;

  /** Nothing is refilled meanwhile. */
  const stopClock = () => rewind(-30);

  it("takes half a second's worth at once, then says how long to wait", async () => {
    for (let i = 0; i < 20; i++) await queueWelcome(test.db);
    await limit(10);
    await stopClock();
    expect((await claimAs(test.db)).messages).toHaveLength(5);
    const { messages, pace } = await claimAs(test.db);
    expect(messages).toEqual([]);
    expect(pace?.secondsToNext).toBeGreaterThan(0);
    expect(pace?.secondsToNext).toBeLessThanOrEqual(0.1);
    await rewind(0.2);
    expect((await claimAs(test.db)).messages.length).toBeGreaterThanOrEqual(2);
  });

  it("goes on at once after a failover to a database whose clock is behind", async () => {
    for (let i = 0; i < 20; i++) await queueWelcome(test.db);
    await limit(10);
    await test.db.$executeRaw`UPDATE sending_status SET tokens = 0`;
    await rewind(-3_600);
    expect((await claimAs(test.db)).messages).toHaveLength(5);
    // Once: its own clock counts from now on.
    expect((await status()).refilledAt.getTime()).toBeLessThan(Date.now() + 60_000);
  });

  it("is one for all workers: together they take no more", async () => {
    for (let i = 0; i < 40; i++) await queueWelcome(test.db);
    await limit(10);
    await stopClock();
    const claims = await Promise.all(Array.from({ length: 8 }, () => claimAs(test.db)));
    expect(claims.flatMap(({ messages }) => messages)).toHaveLength(5);
  });

  it("spends no token on what is closed unsent", async () => {
    await limit(10);
    for (let i = 0; i < 9; i++)
      await queueReset(test.db, `late${i}@example.com`, { expiresAt: new Date(0) });
    const before = (await status()).tokens;
    await claimAs(test.db);
    expect((await status()).tokens).toBe(before);
  });

  it("is lowered once a second by throttling, and recovers", async () => {
    await limit(100);
    await Promise.all([slowDown(test.db), slowDown(test.db), slowDown(test.db)]);
    expect((await status()).rate).toBe(70);
    await queueWelcome(test.db);
    await rewind(30);
    await claimAs(test.db);
    expect((await status()).rate).toBe(100);
  });

  it("keeps the last 5 % of the daily quota for password-reset: verify-email does not get it", async () => {
    await limit(1000, 100, 95);
    const verify = await queueVerify(test.db);
    expect((await claimAs(test.db)).messages).toEqual([]);
    const reset = await queueReset(test.db);
    expect((await claimAs(test.db)).messages).toMatchObject([{ id: reset }]);
    expect(await find(verify)).toMatchObject({ state: "queued", attemptCount: 0 });
    await limit(1000, 100, 50);
    expect((await claimAs(test.db)).messages).toMatchObject([{ id: verify }]);
  });

  it("lets no claim use a part of the reserve, and claims nothing beyond the quota", async () => {
    await limit(1000, 100, 88);
    for (let i = 0; i < 10; i++) await queueVerify(test.db);
    for (let i = 0; i < 3; i++) await queueReset(test.db);
    const names = async () =>
      (await claimAs(test.db)).messages.map(({ template }) => template).toSorted();
    expect(await names()).toEqual([
      ...Array<string>(3).fill("password-reset"),
      ...Array<string>(4).fill("verify-email"),
    ]);
    expect(await names()).toEqual([]);
    for (let i = 0; i < 10; i++) await queueReset(test.db);
    expect(await names()).toEqual(Array<string>(5).fill("password-reset"));
    expect(await names()).toEqual([]);
    expect(await status()).toMatchObject({ sent24Hours: 100 });
  });
});

describe("a stopped queue", () => {
  it("sends one message at a time, less and less often", async () => {
    for (let i = 0; i < 3; i++) await queueWelcome(test.db);
    expect(await stopSending(test.db, "outage", "why")).toBe(true);
    expect(await stopSending(test.db, "outage", "why")).toBe(false);
    expect((await claimAs(test.db)).messages).toEqual([]);
    for (const seconds of [4, 8, 16, 32, 60, 60, 60]) {
      const [before] = await test.db.$queryRaw<{ at: Date }[]>`
        UPDATE sending_status SET probe_at = now() RETURNING probe_at AS at`;
      const probe = await claimAs(test.db);
      expect(probe).toMatchObject({ pace: { probing: true }, messages: [expect.anything()] });
      expect((await claimAs(test.db)).messages).toEqual([]);
      await release(test.db, probe.leaseId);
      // The claim's own now() lies between the two times, which may be seconds apart on a slow
      // machine.
      const [row] = await test.db.$queryRaw<{ most: number; least: number }[]>`
        SELECT extract(epoch FROM probe_at - ${before?.at})::float8 AS most,
          extract(epoch FROM probe_at - now())::float8 AS least FROM sending_status`;
      expect(row?.most).toBeGreaterThanOrEqual(seconds);
      expect(row?.least).toBeLessThanOrEqual(seconds);
    }
  });

  it("sends its next message at once after a failover to a database whose clock is behind", async () => {
    await queueWelcome(test.db);
    await stopSending(test.db, "outage", "why");
    await test.db.$executeRaw`
      UPDATE sending_status SET probe_at = now() + interval '5 hours', lowered_at = now() + interval '5 hours'`;
    expect(await claimAs(test.db)).toMatchObject({ pace: { probing: true }, messages: [{}] });
    expect((await claimAs(test.db)).messages).toEqual([]);
    const { rate } = await status();
    await slowDown(test.db);
    expect((await status()).rate).toBeLessThan(rate);
  });
});

describe("release", () => {
  it("queues the messages of a claim again, due at once", async () => {
    const ids = [await queueReset(test.db), await queueWelcome(test.db)];
    const claimed = await claimAs(test.db);
    await release(test.db, claimed.leaseId);
    for (const id of ids) {
      const message = await find(id);
      expect(message).toMatchObject({ state: "queued", leaseId: null, attempts: [] });
    }
    expect(await work(test.db, accepted)).toEqual(ids);
  });
});
