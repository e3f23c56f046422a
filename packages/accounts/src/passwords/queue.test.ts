import { getEventListeners } from "node:events";
import { setImmediate as turn } from "node:timers/promises";
import { full } from "@repo/testing/full";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { AccountError } from "../errors.ts";
import { type QueueLimits, type Place, createQueue } from "./queue.ts";

/** A queue whose jobs end when the test says so. */
function open(limits: Partial<QueueLimits> = {}) {
  const queue = createQueue({ atOnce: 1, waiting: 100, perClient: 100, ...limits });
  const begun: string[] = [];
  const ends = new Map<string, (error?: Error) => void>();
  return {
    load: queue.load,
    begun,
    submit(name: string, place: Partial<Place> = {}): Promise<string> {
      const work = () => {
        begun.push(name);
        return new Promise<string>((resolve, reject) =>
          ends.set(name, (error) => (error ? reject(error) : resolve(name))),
        );
      };
      return queue.run(work, { client: name, ...place });
    },
    async end(name: string, error?: Error): Promise<void> {
      ends.get(name)!(error);
      await turn();
    },
  };
}

describe("refuses", () => {
  it("a job without a place to wait, but accepts as many privileged ones", async () => {
    const queue = open({ waiting: 2 });
    const taken = ["a", "b", "c"].map((name) => queue.submit(name));
    await expect(queue.submit("d")).rejects.toMatchObject({ code: "BUSY" });
    taken.push(...["e", "f"].map((name) => queue.submit(name, { first: true })));
    await expect(queue.submit("g", { first: true })).rejects.toMatchObject({ code: "BUSY" });
    for (const name of ["a", "e", "f", "b", "c"]) await queue.end(name);
    expect(await Promise.all(taken)).toEqual(["a", "b", "c", "e", "f"]);
    expect(queue.begun).toEqual(["a", "e", "f", "b", "c"]);
  });

  it("a client that holds its share, running or waiting, but not its privileged jobs", async () => {
    const queue = open({ perClient: 2 });
    const one = { client: "one" };
    const taken = [queue.submit("a", one), queue.submit("b", one)];
    await expect(queue.submit("c", one)).rejects.toMatchObject({ code: "BUSY" });
    taken.push(queue.submit("d"), queue.submit("e", { ...one, first: true }));
    await queue.end("a");
    taken.push(queue.submit("f", one));
    for (const name of ["e", "b", "d", "f"]) await queue.end(name);
    expect(await Promise.all(taken)).toEqual(["a", "b", "d", "e", "f"]);
  });

  it("with the seconds until the queue is free", async () => {
    const queue = open();
    const taken = Array.from({ length: 101 }, (_, i) => queue.submit(`${i}`));
    // Until a job is timed, each counts as a tenth of a second.
    await expect(queue.submit("more")).rejects.toMatchObject({
      code: "BUSY",
      retryable: true,
      retryAfter: 11,
    });
    for (let i = 0; i < taken.length; i++) await queue.end(`${i}`);
    await Promise.all(taken);
  });

  it.each([{ atOnce: 0 }, { atOnce: NaN }, { waiting: -1 }, { perClient: 0 }])(
    "limits under which every job would wait forever: %o",
    (limits) => {
      expect(() => open(limits)).toThrow(RangeError);
    },
  );
});

describe("a signal", () => {
  it("that has aborted takes no place", async () => {
    const queue = open();
    const signal = AbortSignal.abort(new Error("gone"));
    await expect(queue.submit("a", { signal })).rejects.toThrow("gone");
    expect(queue.begun).toEqual([]);
    expect(queue.load()).toEqual({ running: 0, waiting: 0 });
  });

  it("rejects a running job at once, but keeps its place until the job ends", async () => {
    const queue = open({ perClient: 1 });
    const controller = new AbortController();
    const gone = queue.submit("a", { signal: controller.signal });
    controller.abort(new Error("gone"));
    await expect(gone).rejects.toThrow("gone");
    expect(queue.load()).toEqual({ running: 1, waiting: 0 });
    await expect(queue.submit("b", { client: "a" })).rejects.toMatchObject({ code: "BUSY" });
    await queue.end("a");
    expect(queue.load()).toEqual({ running: 0, waiting: 0 });
  });

  it("keeps no listener after the job", async () => {
    const queue = open();
    const { signal } = new AbortController();
    const done = queue.submit("a", { signal });
    expect(getEventListeners(signal, "abort")).toHaveLength(1);
    await queue.end("a");
    await done;
    expect(getEventListeners(signal, "abort")).toHaveLength(0);
  });
});

const CLIENTS = ["one", "two", "three"];
const LIMITS = { atOnce: 2, waiting: 3, perClient: 3 };

const STEP = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.record({
      do: fc.constant("submit" as const),
      client: fc.constantFrom(...CLIENTS),
      first: fc.boolean(),
    }),
  },
  { weight: 1, arbitrary: fc.record({ do: fc.constant("abort" as const), which: fc.nat() }) },
  {
    weight: 2,
    arbitrary: fc.record({
      do: fc.constant("end" as const),
      which: fc.nat(),
      fails: fc.boolean(),
    }),
  },
);

interface Submitted {
  client: string;
  first: boolean;
  state: "new" | "waiting" | "running" | "refused" | "over";
  controller: AbortController;
  end: (error?: Error) => void;
  /** The result in a word. */
  answer: Promise<string>;
  expected: string;
}

it("keeps its limits, its order and the privileged first in any sequence, and is empty at the end", async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(STEP, { maxLength: 60, size: "max" }), async (steps) => {
      const queue = createQueue(LIMITS);
      const all: Submitted[] = [];
      const those = (state: Submitted["state"]) => all.filter((each) => each.state === state);

      function submit(client: string, first: boolean): void {
        const before = { running: those("running").length, waiting: those("waiting") };
        const mayWait = before.waiting.filter((each) => each.first === first).length < 3;
        const mayHold =
          [...before.waiting, ...those("running")].filter(
            (each) => !each.first && each.client === client,
          ).length < LIMITS.perClient;
        const taken = (before.running < LIMITS.atOnce || mayWait) && (first || mayHold);

        const controller = new AbortController();
        const one: Submitted = {
          client,
          first,
          state: "new",
          controller,
          end: () => {},
          answer: Promise.resolve(""),
          expected: taken ? "done" : "busy",
        };
        all.push(one);
        const work = () => {
          expect(controller.signal.aborted).toBe(false);
          const waiting = those("waiting");
          const next = waiting.find((each) => each.first) ?? waiting[0] ?? one;
          expect(next).toBe(one);
          one.state = "running";
          return new Promise<string>((resolve, reject) => {
            one.end = (error) => (error ? reject(error) : resolve("done"));
          });
        };
        one.answer = queue
          .run(work, { client, first, signal: controller.signal })
          .catch((error) => {
            if (error instanceof AccountError) return "busy";
            return (error as Error).message;
          });
        if (one.state === "new") one.state = taken ? "waiting" : "refused";
      }

      async function end(one: Submitted, fails: boolean): Promise<void> {
        if (fails && one.expected === "done") one.expected = "failed";
        one.state = "over";
        one.end(fails ? new Error("failed") : undefined);
        await turn();
      }

      for (const step of steps) {
        if (step.do === "submit") submit(step.client, step.first);
        if (step.do === "abort") {
          const alive = [...those("waiting"), ...those("running")];
          const one = alive[step.which % alive.length];
          one?.controller.abort(new Error("gone"));
          if (one) one.expected = "gone";
          if (one?.state === "waiting") one.state = "over";
        }
        if (step.do === "end") {
          const running = those("running");
          const one = running[step.which % running.length];
          if (one) await end(one, step.fails);
        }
        const [running, waiting] = [those("running").length, those("waiting").length];
        expect(queue.load()).toEqual({ running, waiting });
        expect(running).toBeLessThanOrEqual(LIMITS.atOnce);
        // No job waits while a place is free.
        if (waiting > 0) expect(running).toBe(LIMITS.atOnce);
      }

      for (let one = those("running")[0]; one; one = those("running")[0]) await end(one, false);
      expect(await Promise.all(all.map(({ answer }) => answer))).toEqual(
        all.map(({ expected }) => expected),
      );
      expect(queue.load()).toEqual({ running: 0, waiting: 0 });
      // Each client may hold its whole share again.
      for (const client of CLIENTS) {
        for (let i = 0; i < LIMITS.perClient; i++) submit(client, false);
        for (let one = those("running")[0]; one; one = those("running")[0]) await end(one, false);
      }
      expect(those("refused").every(({ expected }) => expected === "busy")).toBe(true);
      const last = await Promise.all(all.slice(-9).map(({ answer }) => answer));
      expect(last).toEqual(Array(9).fill("done"));
    }),
    { numRuns: full ? 1_000 : 30 },
  );
});
