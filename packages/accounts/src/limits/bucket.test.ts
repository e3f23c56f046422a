import { randomBytes } from "node:crypto";
import { type Db, type Prisma, type Tx, createDb } from "@repo/db";
import { useTestDb, waitForLocks } from "@repo/db/testing";
import { full } from "@repo/testing/full";
import fc from "fast-check";
import { afterAll, describe, expect, it } from "vitest";
import { type Taken, type Use, deleteFullLimits, giveBack, take } from "./bucket.ts";

// Like those of two processes. They are small, because a busy machine opens connections slowly.
const test = await useTestDb();
const pools = [1, 2].map(() => createDb(test.url, { poolSize: 3 }));
afterAll(() => Promise.all(pools.map((pool) => pool.$disconnect())));

/** A full bucket. One point comes back per hour, so no test is slow enough to get one back. */
function bucket(name: string, amount: number, minutes = amount * 60): Use {
  return { name, keyHash: randomBytes(32), amount, minutes };
}

/** Lets time pass for these buckets only. */
async function pass(seconds: number, uses: Use[]): Promise<void> {
  await test.db.$executeRaw`
    UPDATE limits SET full_at = full_at - make_interval(secs => ${seconds}::float8)
    WHERE key = ANY(${uses.map(({ keyHash }) => Buffer.from(keyHash))})`;
}

const takeOne = async (use: Use) => (await take(test.db, [use]))[0]!;

/** Takes several times, one after the other. @returns how many were granted */
async function grantedOf(times: number, use: Use): Promise<number> {
  let granted = 0;
  for (let i = 0; i < times; i++) if ((await takeOne(use)).granted) granted++;
  return granted;
}

/** The points in each bucket, from its row. It counts fractions of a point. */
async function points(...uses: Use[]): Promise<number[]> {
  const rows = await test.db.$queryRaw<{ name: string; key: Uint8Array; missing: number }[]>`
    SELECT name, key, extract(epoch FROM full_at - clock_timestamp())::float8 AS missing
    FROM limits WHERE key = ANY(${uses.map(({ keyHash }) => Buffer.from(keyHash))})`;
  return uses.map(({ name, keyHash, amount, minutes }) => {
    const row = rows.find((each) => each.name === name && Buffer.compare(each.key, keyHash) === 0);
    return amount - Math.max(0, row?.missing ?? 0) / ((minutes * 60) / amount);
  });
}

/** Runs a function while the bucket is locked. */
async function whileHeld({ keyHash }: Use, act: (tx: Tx) => Promise<void>): Promise<void> {
  await test.db.$transaction(
    async (tx) => {
      await tx.$executeRaw`SELECT 1 FROM limits WHERE key = ${Buffer.from(keyHash)} FOR UPDATE`;
      await act(tx);
    },
    // A busy machine is slow.
    { timeout: 180_000, maxWait: 60_000 },
  );
}

describe("a bucket", () => {
  it("grants exactly its amount to fifty callers at once, from two pools", async () => {
    for (const amount of [1, 3, 20]) {
      const use = bucket("one", amount);
      const taken = await Promise.all(
        Array.from({ length: 50 }, (_, i) => take(pools[i % 2]!, [use])),
      );
      expect(taken.flat().filter(({ granted }) => granted)).toHaveLength(amount);
    }
  });

  it("grants its whole amount, even if a point takes a fraction of a microsecond", async () => {
    expect(await grantedOf(8, bucket("one", 7, 1_000))).toBe(7);
  });

  it("grants its last point to a caller that waited while others took points", async () => {
    const use = bucket("one", 3);
    await takeOne(use);
    let waiter: Promise<Taken> | undefined;
    await whileHeld(use, async (tx) => {
      waiter = takeOne(use);
      await waitForLocks(test.db);
      // Another caller takes two points after the waiter began.
      await tx.$executeRaw`
        UPDATE limits SET full_at = clock_timestamp() + interval '2 hours'
        WHERE key = ${Buffer.from(use.keyHash)}`;
    });
    expect(await waiter).toEqual({ granted: true });
    expect(await grantedOf(1, use)).toBe(0);
  });

  it("belongs to one name and one key", async () => {
    const use = bucket("one", 1);
    const others = [use, { ...use, name: "two" }, { ...use, keyHash: randomBytes(32) }];
    expect(await take(test.db, others)).toEqual(others.map(() => ({ granted: true })));
    expect(await take(test.db, others)).toEqual(
      others.map(() => ({ granted: false, retryAfter: expect.any(Number) })),
    );
  });

  it("says after how many seconds it grants a point", async () => {
    const use = bucket("one", 3);
    await grantedOf(3, use);
    for (const gone of [0, 600, 2_400]) {
      await pass(gone, [use]);
      const taken = await takeOne(use);
      if (taken.granted) throw new Error("granted before its time");
      // The rest of the hour by the row. A slow machine reads it a little later.
      const [has = 0] = await points(use);
      const left = (1 - has) * 3_600;
      expect(taken.retryAfter).toBeGreaterThanOrEqual(left);
      expect(taken.retryAfter).toBeLessThan(left + 60);
    }
    const last = await takeOne(use);
    if (last.granted) throw new Error("granted before its time");
    await pass(last.retryAfter - 300, [use]);
    expect(await takeOne(use)).toMatchObject({ granted: false });
    await pass(300, [use]);
    expect(await takeOne(use)).toEqual({ granted: true });
  });

  it("counts by the new clock at once after a failover to a database whose clock is behind", async () => {
    const [empty, fresh] = [bucket("one", 3), bucket("two", 3)];
    await grantedOf(3, empty);
    await takeOne(fresh);
    await pass(-10 * 3_600, [empty, fresh]);
    // One use tells the bucket the new clock. It is empty then, as it may have been before.
    expect(await grantedOf(3, empty)).toBe(1);
    expect(await grantedOf(3, fresh)).toBe(1);
    await pass(3_600, [empty]);
    expect(await grantedOf(3, empty)).toBe(1);
  });

  it("says one second if the bucket is full again before the look-up", async () => {
    const use = bucket("one", 1);
    await takeOne(use);
    const db: Db = Object.create(test.db, {
      query: {
        async value(statement: Prisma.Sql) {
          const rows = await test.db.query(statement);
          await giveBack(test.db, [use]);
          await deleteFullLimits(test.db);
          return rows;
        },
      },
    });
    expect(await take(db, [use])).toEqual([{ granted: false, retryAfter: 1 }]);
  });
});

describe("taking from several", () => {
  it("answers each use separately, in their order", async () => {
    const [empty, some, untouched] = [bucket("b", 1), bucket("c", 2), bucket("a", 1)];
    await take(test.db, [some, empty]);
    expect(await take(test.db, [empty, some, untouched])).toEqual([
      { granted: false, retryAfter: expect.any(Number) },
      { granted: true },
      { granted: true },
    ]);
    expect(await take(test.db, [])).toEqual([]);
  });

  it("refuses one bucket twice in a call, and takes nothing", async () => {
    const [twice, once] = [bucket("one", 5), bucket("one", 5)];
    await expect(take(test.db, [once, twice, twice])).rejects.toThrow("a second time");
    expect(await points(once, twice)).toEqual([5, 5]);
  });

  it.each([
    ["takes", take],
    ["gives back", giveBack],
  ])("never deadlocks with a caller that %s in the opposite order", async (_name, act) => {
    const [first, second] = [bucket("a", 9), bucket("b", 9)];
    await take(test.db, [first, second]);
    // While the second bucket is locked, the caller that begins with it waits first and gets it
    // first. If the other caller held the first bucket by then, the two would deadlock.
    let crossed: Promise<unknown>[] = [];
    await whileHeld(second, async () => {
      crossed = [act(test.db, [second, first])];
      await waitForLocks(test.db);
      crossed.push(take(test.db, [first, second]));
      await waitForLocks(test.db, 2);
    });
    await Promise.all(crossed);
    const expected = act === take ? 6 : 8;
    expect((await points(first, second)).map(Math.floor)).toEqual([expected, expected]);
  });

  it("is exact when many callers take and give back in any order", async () => {
    const uses = Array.from({ length: 8 }, (_, i) => bucket(`limit-${i % 3}`, 1_000));
    const orders = fc.sample(fc.shuffledSubarray(uses, { minLength: 8 }), 30);
    await Promise.all(
      orders.map(async (order, i) => {
        const pool = pools[i % 2]!;
        await take(pool, order);
        if (i % 3 === 0) await giveBack(pool, order.toReversed());
      }),
    );
    expect((await points(...uses)).map(Math.floor)).toEqual(uses.map(() => 1_000 - 20));
  });
});

it("gives back a point for each use of one bucket", async () => {
  const use = bucket("one", 5);
  await grantedOf(5, use);
  await giveBack(test.db, [use, use, use]);
  expect(await grantedOf(5, use)).toBe(3);
});

describe("housekeeping", () => {
  it("deletes full buckets up to its limit, and no others", async () => {
    await test.db.limit.deleteMany();
    const uses = Array.from({ length: 5 }, () => bucket("one", 2));
    const left = bucket("one", 2);
    await take(test.db, [...uses, left]);
    expect(await deleteFullLimits(test.db)).toBe(0);
    await pass(3_600, uses);
    expect(await deleteFullLimits(test.db, 3)).toBe(3);
    expect(await deleteFullLimits(test.db, 3)).toBe(2);
    expect(await deleteFullLimits(test.db)).toBe(0);
    expect(await grantedOf(3, left)).toBe(1);
    expect(await grantedOf(3, uses[0]!)).toBe(2);
  });

  it("skips a bucket that somebody is taking from", async () => {
    await test.db.limit.deleteMany();
    const [held, free] = [bucket("one", 1), bucket("one", 1)];
    await take(test.db, [held, free]);
    await pass(3_600, [held, free]);
    await whileHeld(held, async () => {
      expect(await deleteFullLimits(test.db)).toBe(1);
    });
    expect(await deleteFullLimits(test.db)).toBe(1);
  });
});

// Random steps on three buckets. Time passes in quarters of a point's time. The test itself takes
// seconds, which never add up to another quarter.
const POINT = 4;
const SUBSET = fc
  .subarray([0, 1, 2], { minLength: 1 })
  .chain((those) => fc.shuffledSubarray(those, { minLength: those.length }));
const STEP = fc.oneof(
  { weight: 6, arbitrary: fc.record({ take: SUBSET }) },
  { weight: 2, arbitrary: fc.record({ giveBack: SUBSET }) },
  { weight: 3, arbitrary: fc.record({ pass: fc.integer({ min: 1, max: 3 * POINT }) }) },
  { weight: 1, arbitrary: fc.constant({ tidy: true as const }) },
);
const AMOUNTS = fc.tuple(...[0, 1, 2].map(() => fc.integer({ min: 1, max: 5 })));
const RUNS = full ? 500 : 8;

it(`agrees with its model in ${RUNS} random histories`, async () => {
  const property = fc.asyncProperty(
    AMOUNTS,
    fc.array(STEP, { minLength: 5, maxLength: 25 }),
    async (amounts, steps) => {
      const uses = amounts.map((amount, i) => bucket(`limit-${i}`, amount));
      // In quarters of a point.
      const most = amounts.map((amount) => amount * POINT);
      const has = [...most];
      const add = (i: number, quarters: number) =>
        (has[i] = Math.min(most[i]!, has[i]! + quarters));
      for (const step of steps) {
        if ("take" in step) {
          const taken = await take(
            test.db,
            step.take.map((i) => uses[i]!),
          );
          for (const [place, i] of step.take.entries()) {
            const answer = taken[place]!;
            expect(answer.granted).toBe(has[i]! >= POINT);
            if (answer.granted) add(i, -POINT);
            else {
              const left = ((POINT - has[i]!) / POINT) * 3_600;
              expect(answer.retryAfter).toBeLessThanOrEqual(left);
              expect(answer.retryAfter).toBeGreaterThan(left - 900);
            }
          }
        } else if ("giveBack" in step) {
          await giveBack(
            test.db,
            step.giveBack.map((i) => uses[i]!),
          );
          for (const i of step.giveBack) add(i, POINT);
        } else if ("pass" in step) {
          await pass((step.pass / POINT) * 3_600, uses);
          for (const i of uses.keys()) add(i, step.pass);
        } else {
          await deleteFullLimits(test.db);
        }
        const found = await points(...uses);
        expect(found.map((each) => Math.floor(each * POINT))).toEqual(has);
        for (const [i, amount] of amounts.entries()) {
          expect(found[i]).toBeGreaterThanOrEqual(0);
          expect(found[i]).toBeLessThanOrEqual(amount);
        }
      }
    },
  );
  await fc.assert(property, { numRuns: RUNS });
});
