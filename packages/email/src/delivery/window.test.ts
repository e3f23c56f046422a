import { setImmediate as nextTurn } from "node:timers/promises";
import fc from "fast-check";
import { expect, it, vi } from "vitest";
import { type Window, createWindow } from "./window.ts";

interface Item {
  id: number;
  bytes: number;
}

const MB = 1024 * 1024;
const small = (count: number): Item[] =>
  Array.from({ length: count }, (_, id) => ({ id, bytes: 1 }));

/** Enough turns of the event loop for all calls that may begin. */
async function turns(): Promise<void> {
  for (let turn = 0; turn < 20; turn++) await nextTurn();
}

/** A world of calls and settlements that end when the test says so. */
function open(concurrency: number, spare = 0) {
  const onWire = new Map<number, () => void>();
  const called: number[] = [];
  const skipped: number[] = [];
  const settled: number[][] = [];
  let settling: (() => void) | undefined;
  const window: Window<Item> = createWindow<Item, number>({
    concurrency,
    spare,
    bytesOf: ({ bytes }) => bytes,
    call: ({ id }) => {
      called.push(id);
      return new Promise((resolve) => onWire.set(id, () => (onWire.delete(id), resolve(id))));
    },
    skip: ({ id }) => (skipped.push(id), id),
    settle: (ended) => {
      expect(settling, "one settlement at a time").toBeUndefined();
      settled.push(ended.map(({ result }) => result));
      return new Promise((resolve) => (settling = () => ((settling = undefined), resolve())));
    },
  });
  return {
    window,
    onWire,
    called,
    skipped,
    settled,
    isSettling: () => settling !== undefined,
    endSettlement: () => settling?.(),
    /** A call ends, and its settlement. */
    end: async (id: number) => {
      await vi.waitUntil(() => onWire.has(id), { interval: 1 });
      onWire.get(id)?.();
      await vi.waitUntil(
        () => {
          settling?.();
          return settled.flat().includes(id) && settling === undefined;
        },
        { interval: 1 },
      );
    },
    /** Everything ends as soon as it can. */
    async finish() {
      let isDrained = false;
      void window.drained().then(() => (isDrained = true));
      await vi.waitUntil(
        () => {
          for (const end of onWire.values()) end();
          settling?.();
          return isDrained;
        },
        { timeout: 10_000, interval: 1 },
      );
    },
  };
}

it("makes one call for each message, settles each once, and has at most 1.5 times the calls in flight", async () => {
  const step = fc.oneof(
    { weight: 3, arbitrary: fc.record({ do: fc.constant("claim"), most: fc.nat(80) }) },
    { weight: 5, arbitrary: fc.record({ do: fc.constant("answer"), which: fc.nat(1000) }) },
    { weight: 3, arbitrary: fc.record({ do: fc.constant("settled") }) },
    { weight: 1, arbitrary: fc.record({ do: fc.constant("close") }) },
  );
  await fc.assert(
    fc.asyncProperty(
      fc.integer({ min: 1, max: 50 }),
      fc.array(step, { maxLength: 120, size: "max" }),
      async (concurrency, steps) => {
        const world = open(concurrency);
        const { window, onWire, called, skipped, settled } = world;
        let claimed = 0;
        let isClosed = false;
        const check = () => {
          const done = settled.flat().length;
          const unsettled = claimed - done + (world.isSettling() ? settled.at(-1)!.length : 0);
          expect(onWire.size).toBeLessThanOrEqual(concurrency);
          expect(unsettled).toBeLessThanOrEqual(Math.floor(concurrency * 1.5));
        };
        for (const one of steps) {
          if (one.do === "answer") [...onWire.values()][one.which % (onWire.size || 1)]?.();
          if (one.do === "settled") world.endSettlement();
          if (one.do === "close") {
            isClosed = true;
            window.close();
          }
          if (one.do === "claim" && !isClosed) {
            const room = await Promise.race([window.room(), Promise.resolve()]);
            const count = Math.min(room?.messages ?? 0, one.most);
            if (room) expect(room.messages).toBeGreaterThan(0);
            const items = small(count).map(({ bytes }) => ({ id: claimed++, bytes }));
            window.add(items);
          }
          const before = called.length;
          await nextTurn();
          // Thirteen are half of what may be in flight beyond fifty calls.
          expect(called.length - before, "calls that begin in one turn").toBeLessThanOrEqual(13);
          check();
        }
        window.close();
        await world.finish();
        const all = Array.from({ length: claimed }, (_, id) => id);
        expect([...called, ...skipped].toSorted((a, b) => a - b)).toEqual(all);
        expect(settled.flat().toSorted((a, b) => a - b)).toEqual(all);
      },
    ),
    { numRuns: 50 },
  );
});

it("begins with four calls, and adds four with each settled one", async () => {
  const { window, onWire, end } = open(50);
  expect(await window.room()).toMatchObject({ messages: 6 });
  window.add(small(6));
  await turns();
  expect(onWire.size).toBe(4);
  await end(0);
  expect(await window.room()).toMatchObject({ messages: 7 });
  await turns();
  expect(onWire.size).toBe(5);
  window.add(small(7).map(({ bytes }, id) => ({ id: id + 6, bytes })));
  await turns();
  expect(onWire.size).toBe(8);
});

it("a call that hangs delays no other, even if it is the first", async () => {
  const { window, onWire, end } = open(2);
  window.add(small(2));
  for (let id = 1; id < 20; id++) {
    await end(id);
    window.add([{ id: id + 1, bytes: 1 }]);
  }
  await turns();
  expect([...onWire.keys()]).toEqual([0, 20]);
});

it("has no room while 16 MB are in flight", async () => {
  const world = open(10);
  world.window.add([{ id: 0, bytes: 1 }]);
  await world.finish();
  world.window.add([{ id: 1, bytes: 17 * MB }]);
  let room: unknown;
  void world.window.room().then((found) => (room = found));
  await Promise.resolve();
  expect(room).toBeUndefined();
  await world.finish();
  await vi.waitUntil(() => room !== undefined);
  expect(room).toMatchObject({ bytes: 16 * MB });
});

it("begins no call once it is closed, and skips the other messages", async () => {
  const world = open(2);
  world.window.add(small(3));
  await turns();
  expect(world.called).toEqual([0, 1]);
  world.window.close();
  expect(world.skipped).toEqual([2]);
  world.window.add([{ id: 3, bytes: 1 }]);
  await world.finish();
  expect(world.called).toEqual([0, 1]);
  expect(world.settled.flat().toSorted((a, b) => a - b)).toEqual([0, 1, 2, 3]);
});

it("replaces a call that is late by another, while there are spare places", async () => {
  vi.useFakeTimers();
  try {
    const { window, onWire, called } = open(2, 1);
    window.add(small(5));
    await vi.advanceTimersByTimeAsync(2);
    expect(called).toEqual([0, 1]);
    await vi.advanceTimersByTimeAsync(1_990);
    expect(called).toEqual([0, 1]);
    await vi.advanceTimersByTimeAsync(10);
    // Two are late, and one place is spare.
    expect(called).toEqual([0, 1, 2]);
    onWire.get(2)?.();
    await vi.advanceTimersByTimeAsync(2);
    expect(called).toEqual([0, 1, 2, 3]);
    onWire.get(0)?.();
    onWire.get(1)?.();
    await vi.advanceTimersByTimeAsync(2);
    // The late calls have ended. The call that is on time has one of two places.
    expect(called).toEqual([0, 1, 2, 3, 4]);
    expect(onWire.size).toBe(2);
  } finally {
    vi.useRealTimers();
  }
});

it("claims and settles many at once, and fewer while calls are late", async () => {
  vi.useFakeTimers();
  try {
    const world = open(40, 20);
    const { window, onWire, settled } = world;
    // The start of a worker is over.
    for (let id = 100; id < 109; id++) {
      window.add([{ id, bytes: 1 }]);
      await vi.advanceTimersByTimeAsync(1);
      onWire.get(id)?.();
      await vi.advanceTimersByTimeAsync(1);
      world.endSettlement();
      await vi.advanceTimersByTimeAsync(1);
    }
    const endCalls = async (...ids: number[]) => {
      for (const id of ids) onWire.get(id)?.();
      await vi.advanceTimersByTimeAsync(1);
      return settled.length - 9;
    };
    window.add(small(60));
    await vi.advanceTimersByTimeAsync(1);
    // Beyond the 40 calls are 20 messages: ten make a settlement.
    expect(await endCalls(0, 1, 2, 3, 4, 5, 6, 7, 8)).toBe(0);
    expect(await endCalls(9)).toBe(1);
    world.endSettlement();
    expect(await window.room()).toMatchObject({ messages: 10 });
    window.add(small(10).map(({ bytes }, id) => ({ id: id + 60, bytes })));
    // 40 calls are late, so one is enough.
    await vi.advanceTimersByTimeAsync(2_000);
    expect(await endCalls(10)).toBe(2);
    world.endSettlement();
    expect(await window.room()).toMatchObject({ messages: 1 });
  } finally {
    vi.useRealTimers();
  }
});

it("begins other calls in later turns, and settles all calls of a turn at once", async () => {
  const world = open(40);
  for (let id = 100; id < 109; id++) {
    world.window.add([{ id, bytes: 1 }]);
    await world.end(id);
  }
  world.window.add(small(40));
  // Ten are half of what may be in flight beyond forty calls.
  await nextTurn();
  expect(world.onWire.size).toBe(10);
  await nextTurn();
  expect(world.onWire.size).toBe(20);
  await turns();
  expect(world.onWire.size).toBe(40);
  for (const end of world.onWire.values()) end();
  await turns();
  expect(world.settled.at(-1)).toHaveLength(40);
});
