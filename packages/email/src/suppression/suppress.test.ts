import { useTestDb } from "@repo/db/testing";
import { full } from "@repo/testing/full";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { applyEvents } from "../events/apply.ts";
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

const softOn = (...days: number[]): Step[] =>
  days.map((day, message) => ({ kind: "soft", day, message }));

const SETS: [name: string, suppression: string | null, steps: Step[]][] = [
  [
    "delivered after a delay",
    null,
    [
      { kind: "send", day: 0 },
      { kind: "delay", day: 1 },
      { kind: "delivery", day: 2 },
      { kind: "open", day: 3 },
    ],
  ],
  [
    "bounced for good",
    "bounce",
    [
      { kind: "send", day: 0 },
      { kind: "delay", day: 0 },
      { kind: "permanent", day: 1 },
    ],
  ],
  [
    "bounced twice for good, delivered before, between and after",
    "bounce",
    [
      { kind: "delivery", day: 0 },
      { kind: "permanent", day: 1 },
      { kind: "delivery", day: 2 },
      { kind: "permanent", day: 3 },
      { kind: "delivery", day: 4, message: 1 },
    ],
  ],
  [
    "delivered, opened, complained of",
    "complaint",
    [
      { kind: "send", day: 0 },
      { kind: "delivery", day: 1 },
      { kind: "open", day: 1 },
      { kind: "complaint", day: 2 },
      { kind: "delivery", day: 3, message: 1 },
    ],
  ],
  [
    "complained of, with bounces before and after",
    "complaint",
    [
      { kind: "permanent", day: 0, message: 1 },
      { kind: "complaint", day: 1 },
      { kind: "permanent", day: 2, message: 2 },
      { kind: "soft", day: 3 },
      { kind: "complaint", day: 4, message: 3 },
    ],
  ],
  [
    "complained of, and taken back",
    "complaint",
    [
      { kind: "send", day: 0 },
      { kind: "complaint", day: 1 },
      { kind: "notSpam", day: 2 },
      { kind: "delivery", day: 3, message: 1 },
      { kind: "notSpam", day: 4 },
    ],
  ],
  ["five soft bounces in thirty days", "soft-bounces", softOn(0, 7, 14, 21, 30)],
  ["five soft bounces in more than thirty days", null, softOn(0, 7, 14, 21, 31)],
  [
    "four soft bounces, then one for good",
    "bounce",
    [...softOn(0, 1, 2, 3), { kind: "permanent", day: 4 }],
  ],
  [
    "one that was too large, and four soft bounces",
    null,
    [{ kind: "tooLarge", day: 0 }, ...softOn(1, 2, 3, 4)],
  ],
  [
    "five that were too large, and one that no server could authenticate",
    null,
    [
      ...[0, 1, 2, 3, 4].map((day): Step => ({ kind: "tooLarge", day, message: day })),
      { kind: "authFailure", day: 5, message: 5 },
    ],
  ],
  [
    "five out-of-office replies",
    null,
    [1, 2, 3, 4, 5].map((day): Step => ({
      kind: "outOfOffice",
      day,
    })),
  ],
];

// Each set has 120 orders.
const ORDERS = full ? Infinity : 3;

describe("ends the same in every order", () => {
  it.each(SETS)("%s: %s", async (_name, reason, steps) => {
    const orders = some(permutations(steps.map((_, i) => i)), ORDERS);
    const all = orders.map(() => person(steps));
    await queue(test.db, all);
    let next = 0;
    await Promise.all(
      Array.from({ length: 8 }, async () => {
        for (let n = next++; n < orders.length; n = next++) {
          const one = all[n]!;
          // Before the first event, after the last, or between any two.
          const sentAfter = n % (steps.length + 1);
          for (const [i, place] of [...orders[n]!, -1].entries()) {
            if (i === sentAfter) await commitSend(test.db, one);
            if (place >= 0) await applyEvents(test.db, [one.events[place]!]);
          }
        }
      }),
    );
    expect(expected(steps)?.reason ?? null).toBe(reason);
    expect(await ends(test.db, all)).toEqual(all.map(expectedEnd));
  });
});

it("suppresses at once by an event that comes before its call is settled, and attaches it later", async () => {
  const early = person([{ kind: "permanent", day: 0 }]);
  await queue(test.db, [early]);
  await applyEvents(test.db, early.events);
  expect(await ends(test.db, [early])).toMatchObject([
    { suppression: { reason: "bounce" }, outcomes: ["none"], events: [{ message: undefined }] },
  ]);
  await commitSend(test.db, early);
  expect(await ends(test.db, [early])).toEqual([expectedEnd(early)]);
});

it("suppresses by an event about a message that nobody knows", async () => {
  const stranger = person([{ kind: "complaint", day: 0 }]);
  await applyEvents(test.db, stranger.events);
  expect(await ends(test.db, [stranger])).toMatchObject([
    { suppression: { reason: "complaint" }, events: [{ message: undefined }] },
  ]);
});

it("suppresses the mailbox simulator's addresses like any other, each label for itself", async () => {
  const [first] = person([{ kind: "permanent", day: 0 }]).events;
  await applyEvents(test.db, [
    { ...first!, recipient: "Bounce <bounce+label@simulator.amazonses.com>" },
  ]);
  const found = await test.db.suppression.findMany({
    where: { addressKey: { endsWith: "simulator.amazonses.com" } },
  });
  expect(found).toMatchObject([{ addressKey: "bounce+label@simulator.amazonses.com" }]);
});

/** A random choice of `count` items, different in each run. */
function some<T>(all: T[], count: number): T[] {
  if (count >= all.length) return all;
  const sizes = { minLength: count, maxLength: count };
  return fc.sample(fc.shuffledSubarray(all, sizes), 1)[0] ?? [];
}

function permutations(places: number[]): number[][] {
  if (places.length < 2) return [places];
  return places.flatMap((place) =>
    permutations(places.filter((each) => each !== place)).map((rest) => [place, ...rest]),
  );
}
