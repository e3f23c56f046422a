import { type Db, createDb } from "@repo/db";
import { useTestDb } from "@repo/db/testing";
import { full } from "@repo/testing/full";
import fc from "fast-check";
import { afterAll, expect, it } from "vitest";
import { applyEvents } from "../events/apply.ts";
import type { SesEvent } from "../events/event.ts";
import {
  type Step,
  commitSend,
  ends,
  expected,
  expectedEnd,
  person,
  queue,
} from "./test-people.ts";

const test = await useTestDb();

// Few days and messages, so that several events are of the same time and about the same message.
const STEP = fc.record({
  kind: fc.constantFrom<Step["kind"]>(
    "send",
    "delay",
    "delivery",
    "reject",
    "open",
    "outOfOffice",
    "notSpam",
    "soft",
    "soft",
    "soft",
    "soft",
    "soft",
    "soft",
    "permanent",
    "complaint",
  ),
  day: fc.nat({ max: 45 }),
  message: fc.nat({ max: 2 }),
});
const SEQUENCE = fc.oneof(
  fc.array(STEP, { minLength: 1, maxLength: 10 }),
  // Without events that suppress for good, which would hide the effects of the others.
  fc.array(
    STEP.filter(({ kind }) => kind !== "permanent" && kind !== "complaint"),
    {
      minLength: 5,
      maxLength: 12,
    },
  ),
);

const SEQUENCES = full ? 1_000 : 15;

// The second client stands for a second process: what they share is in the database alone.
const other = createDb(test.url, { poolSize: 3 });
afterAll(() => other.$disconnect());

it(`ends the same for ${SEQUENCES} random sequences, each event one to three times, by two clients at once`, async () => {
  const seed = 1;
  const random = fc.sample(fc.nat(), { seed, numRuns: SEQUENCES * 50 });
  const draw = (below: number) => (random.pop() ?? 0) % below;
  const sequences = fc.sample(SEQUENCE, { seed, numRuns: SEQUENCES });
  const reasons = new Set<string | undefined>();
  // Many people at a time, so that batches hold several of them, in different orders.
  while (sequences.length > 0) {
    const all = sequences.splice(0, 100).map(person);
    await queue(test.db, all);
    const repeated = all
      .flatMap(({ events }) => events.flatMap((e) => Array<SesEvent>(1 + draw(3)).fill(e)))
      .map((event) => ({ event, place: draw(2 ** 30) }))
      .sort((a, b) => a.place - b.place)
      .map(({ event }) => event);
    const batches: [SesEvent[][], SesEvent[][]] = [[], []];
    while (repeated.length > 0) batches[draw(2)]!.push(repeated.splice(0, 1 + draw(12)));
    const [stored, storedByOther] = await Promise.all([
      drain(test.db, batches[0]),
      drain(other, batches[1]),
      Promise.all(all.map((one) => commitSend(test.db, one))),
    ]);
    expect(stored + storedByOther).toBe(all.flatMap(({ events }) => events).length);
    expect(await ends(test.db, all)).toEqual(all.map(expectedEnd));
    for (const { steps } of all) reasons.add(expected(steps)?.reason);
  }
  expect(random.length).toBeGreaterThan(0);
  // The quick run has too few sequences to reach all reasons.
  if (full) expect(reasons).toEqual(new Set([undefined, "soft-bounces", "bounce", "complaint"]));
});

/** @returns how many were stored */
async function drain(db: Db, batches: SesEvent[][]): Promise<number> {
  let sum = 0;
  await Promise.all(
    Array.from({ length: 3 }, async () => {
      for (let batch = batches.pop(); batch; batch = batches.pop()) {
        const { stored } = await applyEvents(db, batch);
        sum += stored;
      }
    }),
  );
  return sum;
}
