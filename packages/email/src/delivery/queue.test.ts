import { createTestDb } from "@repo/db/testing";
import { type Message, createDb } from "@repo/db";
import { full } from "@repo/testing/full";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { claim, release } from "./claim.ts";
import { type Settlement, settle } from "./settle.ts";
import { setLimits, slowDown, stopSending } from "./status.ts";
import { sweep } from "./sweep.ts";
import {
  claimAs,
  emptyOutbox,
  endWaits,
  expireLeases,
  queueChanged,
  queueReset,
  queueVerify,
  queueWelcome,
  unknownWait,
} from "./test-queue.ts";

let test: Awaited<ReturnType<typeof createTestDb>>;
beforeAll(async () => {
  test = await createTestDb();
});
afterAll(() => test.drop());
beforeEach(() => emptyOutbox(test.db));

const find = (id: string) =>
  test.db.message.findUniqueOrThrow({ where: { id }, include: { attempts: true } });
const status = () => test.db.sendingStatus.findUniqueOrThrow({ where: { id: 1 } });

type Answer = Settlement extends infer S
  ? Omit<S & Settlement, "id" | "attempt" | "claimedAt">
  : never;
const accepted = { result: "accepted", sesMessageId: "ses-1" } as Answer;
const refused = (result: string) => ({ result, code: "Code", error: "why" }) as unknown as Answer;

/** A worker's way with everything that is due: claim, settle. */
async function work(answer: Answer): Promise<string[]> {
  const claimed = await claimAs(test.db);
  const settlements = claimed.messages.map(
    ({ id, attempt, claimedAt }) => ({ id, attempt, claimedAt, ...answer }) as Settlement,
  );
  await settle(test.db, settlements, unknownWait);
  return claimed.messages.map(({ id }) => id);
}

describe("claim", () => {
  it("takes first what has the reserve, then other security mail, of each the oldest", async () => {
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

  it("closes what is suppressed or expired on the spot, and says so", async () => {
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
    await work(refused("unknown"));
    await endWaits(test.db);
    await sweep(test.db, 30, unknownWait);
    await test.db.$executeRaw`UPDATE messages SET expires_at = now()`;
    await claimAs(test.db);
    expect(await find(id)).toMatchObject({ state: "closed", closedReason: "unknown" });
  });

  it.runIf(full)("holds no more than 16 MB of payloads, but takes a larger one alone", async () => {
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
  const stopClock = () => rewind(-3_600);

  it("lets half a second's worth go at once, then says how long to wait", async () => {
    for (let i = 0; i < 20; i++) await queueWelcome(test.db);
    await limit(10);
    await stopClock();
    expect((await claimAs(test.db)).messages).toHaveLength(5);
    const { messages, wait } = await claimAs(test.db);
    expect(messages).toEqual([]);
    expect(wait).toBeGreaterThan(0);
    expect(wait).toBeLessThanOrEqual(0.1);
    await rewind(0.2);
    expect((await claimAs(test.db)).messages.length).toBeGreaterThanOrEqual(2);
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

  it("keeps the last twentieth of the daily quota for password-reset: verify-email waits for more", async () => {
    await limit(1000, 100, 95);
    const verify = await queueVerify(test.db);
    expect((await claimAs(test.db)).messages).toEqual([]);
    const reset = await queueReset(test.db);
    expect((await claimAs(test.db)).messages).toMatchObject([{ id: reset }]);
    expect(await find(verify)).toMatchObject({ state: "queued", attemptCount: 0 });
    await limit(1000, 100, 50);
    expect((await claimAs(test.db)).messages).toMatchObject([{ id: verify }]);
  });

  it("lets no batch that begins above the reserve end within it, and claims nothing beyond the quota", async () => {
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
  it("lets one message out at a time, ever more seldom", async () => {
    for (let i = 0; i < 3; i++) await queueWelcome(test.db);
    expect(await stopSending(test.db, "outage", "why")).toBe(true);
    expect(await stopSending(test.db, "outage", "why")).toBe(false);
    expect((await claimAs(test.db)).messages).toEqual([]);
    for (const seconds of [4, 8, 16, 32, 60, 60, 60]) {
      const [before] = await test.db.$queryRaw<{ at: Date }[]>`
        UPDATE sending_status SET probe_at = now() RETURNING probe_at AS at`;
      const probe = await claimAs(test.db);
      expect(probe).toMatchObject({ probing: true, messages: [expect.anything()] });
      expect((await claimAs(test.db)).messages).toEqual([]);
      await release(test.db, probe.leaseId);
      // The claim was somewhere between the two, on a slow machine seconds from either.
      const [row] = await test.db.$queryRaw<{ most: number; least: number }[]>`
        SELECT extract(epoch FROM probe_at - ${before?.at})::float8 AS most,
          extract(epoch FROM probe_at - now())::float8 AS least FROM sending_status`;
      expect(row?.most).toBeGreaterThanOrEqual(seconds);
      expect(row?.least).toBeLessThanOrEqual(seconds);
    }
  });
});

describe("settle", () => {
  it.each([
    ["accepted", { state: "closed", closedReason: "sent", outcome: "sent", payload: null }],
    ["permanent", { state: "closed", closedReason: "failed", outcome: "none", payload: null }],
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
    await work(result === "accepted" ? accepted : refused(result));
    const message = await find(id);
    expect(message).toMatchObject({
      ...expected,
      leaseId: null,
      attemptCount: 1,
    });
    expect(message.attempts).toMatchObject([{ number: 1, result }]);
    if (expected.payload === undefined) expect(message.payload).not.toBeNull();
  });

  it("writes no attempt of what cannot be rendered: it is tried for as long as it takes", async () => {
    const id = await queueReset(test.db);
    await work(refused("unrendered"));
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
    const settlement = { id, attempt: 1, claimedAt, ...accepted } as Settlement;
    await settle(test.db, [settlement], unknownWait);
    expect((await find(id)).attempts[0]?.startedAt).toEqual(new Date("2026-01-02T03:04:05Z"));
  });

  it("is not kept from settling by what PostgreSQL cannot hold", async () => {
    const id = await queueReset(test.db);
    await work({ ...refused("permanent"), code: "a\0b" } as unknown as Answer);
    expect((await find(id)).attempts).toMatchObject([{ errorCode: "a\ufffdb" }]);
  });

  it("does not wait for the disk", async () => {
    await test.db.$executeRaw`CREATE TABLE seen (value text)`;
    await test.db.$executeRaw`
      CREATE FUNCTION see() RETURNS trigger LANGUAGE plpgsql AS
      'BEGIN INSERT INTO seen VALUES (current_setting(''synchronous_commit'')); RETURN NEW; END'`;
    await test.db.$executeRaw`
      CREATE TRIGGER see BEFORE UPDATE ON messages FOR EACH ROW EXECUTE FUNCTION see()`;
    // The embedded database has it off for all.
    const [row] = await test.db.$queryRaw<{ name: string }[]>`SELECT current_database() AS name`;
    await test.db.$executeRawUnsafe(`ALTER DATABASE "${row?.name}" SET synchronous_commit = on`);
    const other = createDb(test.url);
    await queueReset(other);
    const [claimed] = (await claimAs(other)).messages;
    const settlement = { ...claimed, ...accepted } as unknown as Settlement;
    await settle(other, [settlement], unknownWait);
    await other.$disconnect();
    const seen = await test.db.$queryRaw`SELECT value FROM seen`;
    await test.db.$executeRaw`DROP FUNCTION see CASCADE`;
    await test.db.$executeRaw`DROP TABLE seen`;
    expect(seen, "the claim waits, the settlement does not").toEqual([
      { value: "on" },
      { value: "off" },
    ]);
  });

  it("lets no stale worker settle or give back", async () => {
    const id = await queueReset(test.db);
    const stale = await claimAs(test.db);
    await expireLeases(test.db);
    await sweep(test.db, 30, unknownWait);
    await endWaits(test.db);
    await sweep(test.db, 30, unknownWait);
    const fresh = await claimAs(test.db);
    const late = { ...stale.messages[0], ...refused("permanent") } as unknown as Settlement;
    await settle(test.db, [late], unknownWait);
    await release(test.db, stale.leaseId);
    expect(await find(id)).toMatchObject({
      state: "sending",
      leaseId: fresh.leaseId,
      // What it says is kept all the same.
      attempts: [{ number: 1, result: "permanent", errorCode: "Code" }],
    });
  });

  it("settles the others where one was deleted while it was on the wire", async () => {
    const [kept, deleted] = [await queueReset(test.db), await queueWelcome(test.db)];
    const claimed = await claimAs(test.db);
    await test.db.message.delete({ where: { id: deleted } });
    const settlements = claimed.messages.map(
      ({ id, attempt, claimedAt }) => ({ id, attempt, claimedAt, ...accepted }) as Settlement,
    );
    expect(settlements).toHaveLength(2);
    await settle(test.db, settlements, unknownWait);
    expect(await find(kept)).toMatchObject({ closedReason: "sent" });
  });

  it("a refusal of the second copy says nothing of the first: it stays unknown", async () => {
    const id = await queueReset(test.db);
    await work(refused("unknown"));
    await endWaits(test.db);
    await sweep(test.db, 30, unknownWait);
    await work(refused("permanent"));
    expect(await find(id)).toMatchObject({ state: "closed", closedReason: "unknown" });
  });
});

describe("release", () => {
  it("makes all that a claim took due again at once", async () => {
    const ids = [await queueReset(test.db), await queueWelcome(test.db)];
    const claimed = await claimAs(test.db);
    await release(test.db, claimed.leaseId);
    for (const id of ids) {
      const message = await find(id);
      expect(message).toMatchObject({ state: "queued", leaseId: null, attempts: [] });
    }
    expect(await work(accepted)).toEqual(ids);
  });
});

describe("sweep", () => {
  it("leaves in doubt what a dead worker had claimed", async () => {
    const id = await queueReset(test.db);
    await claimAs(test.db);
    await expireLeases(test.db);
    await sweep(test.db, 30, unknownWait);
    const message = await find(id);
    expect(message).toMatchObject({ state: "unknown", leaseId: null });
    expect(message.attempts).toMatchObject([{ result: "unknown", errorCode: "LEASE_LOST" }]);
    // expireLeases says that the 30 seconds ended one second ago.
    const { startedAt, finishedAt } = message.attempts[0]!;
    expect(Number(finishedAt) - Number(startedAt)).toBeGreaterThanOrEqual(31_000);
  });

  it("is not stopped by an attempt that is there already", async () => {
    const id = await queueReset(test.db);
    await claimAs(test.db);
    const ended = { number: 1, finishedAt: new Date(), result: "unknown" };
    await test.db.attempt.create({ data: { messageId: id, ...ended } });
    await expireLeases(test.db);
    await sweep(test.db, 30, unknownWait);
    expect(await find(id)).toMatchObject({ state: "unknown" });
  });

  it("leaves a message in doubt until its template's wait is over", async () => {
    const ids = [await queueReset(test.db), await queueChanged(test.db)];
    await work(refused("unknown"));
    await sweep(test.db, 30, unknownWait);
    const seconds = async (id: string) => {
      const [row] = await test.db.$queryRaw<{ seconds: number }[]>`
        SELECT extract(epoch FROM due_at - now())::float8 AS seconds FROM messages WHERE id = ${id}::uuid AND state = 'unknown'`;
      return Math.ceil((row?.seconds ?? 0) / 10) * 10;
    };
    expect(await Promise.all(ids.map(seconds))).toEqual([30, 900]);
  });

  it("resend: sends an unknown once more, then closes it as unknown", async () => {
    const id = await queueReset(test.db);
    for (const copies of [1, 2]) {
      expect(await work(refused("unknown"))).toEqual([id]);
      await endWaits(test.db);
      await sweep(test.db, 30, unknownWait);
      expect(await find(id)).toMatchObject({ state: copies === 1 ? "queued" : "closed" });
    }
    expect(await find(id)).toMatchObject({
      closedReason: "unknown",
      payload: null,
      attemptCount: 2,
    });
  });

  it("resend: sends no link again that has expired", async () => {
    const id = await queueReset(test.db, "name@example.com", {
      expiresAt: new Date(Date.now() + 60_000),
    });
    await work(refused("unknown"));
    await endWaits(test.db);
    await test.db.$executeRaw`UPDATE messages SET expires_at = now()`;
    await sweep(test.db, 30, unknownWait);
    expect(await find(id)).toMatchObject({ state: "closed", closedReason: "unknown" });
  });

  it("hold: closes an unknown without a second copy", async () => {
    const id = await queueChanged(test.db);
    await work(refused("unknown"));
    await endWaits(test.db);
    await sweep(test.db, 30, unknownWait);
    expect(await find(id)).toMatchObject({
      state: "closed",
      closedReason: "unknown",
      payload: null,
    });
  });
});

it("needs its own tables alone", async () => {
  const own = [
    "messages",
    "attempts",
    "events",
    "suppressions",
    "suppression_removals",
    "sending_status",
  ];
  const references = await test.db.$queryRaw`
    SELECT conname FROM pg_constraint WHERE contype = 'f'
      AND conrelid = ANY(${own}::regclass[]) AND confrelid <> ALL(${own}::regclass[])`;
  expect(references).toEqual([]);
  // Whatever else there is, with what refers to it.
  const [others] = await test.db.$queryRaw<{ tables: string }[]>`
    SELECT string_agg(oid::regclass::text, ', ') AS tables FROM pg_class
    WHERE relkind IN ('r', 'p') AND relnamespace = current_schema()::regnamespace
      AND oid <> ALL(${own}::regclass[])`;
  await test.db.$executeRawUnsafe(`DROP TABLE ${others?.tables} CASCADE`);
  const id = await queueReset(test.db);
  await claim(test.db, { leaseId: crypto.randomUUID(), lease: 30, limit: 1, maxBytes: 1 });
  await expireLeases(test.db);
  await sweep(test.db, 30, unknownWait);
  await endWaits(test.db);
  await sweep(test.db, 30, unknownWait);
  await work(accepted);
  expect(await find(id)).toMatchObject({ closedReason: "sent" });
});
