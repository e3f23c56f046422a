import { beforeEach, expect, it } from "vitest";
import { useOutbox } from "../delivery/test-queue.ts";
import { listActions } from "./actions.ts";
import { pauseSending, resumeSending } from "./pause.ts";
import { pauseByRates } from "./pause-by-rates.ts";
import { addCounts } from "./test-counts.ts";

const test = await useOutbox();
beforeEach(() => test.db.hourlyCount.deleteMany());

const decision = { by: "operator", because: "the list is repaired" };
const paused = async () => {
  const { paused: scope, pausedBy } = await test.db.sendingStatus.findUniqueOrThrow({
    where: { id: 1 },
  });
  return { scope, pausedBy };
};

it.each([
  ["5 % of a day bounced", 2, { accepted: 100, bounced: 5 }],
  ["5 % of a week bounced", 100, { accepted: 100, bounced: 5 }],
  ["0.1 % of a day complained", 2, { accepted: 3000, complained: 3 }],
  ["0.1 % of a week complained", 100, { accepted: 3000, complained: 3 }],
])("pauses all but security mail when %s", async (_what, hoursAgo, counts) => {
  await addCounts(test.db, hoursAgo, counts);
  expect(await pauseByRates(test.db)).toMatch(/in (24h|7d) (bounced|were complained about); AWS/);
  expect(await paused()).toEqual({ scope: "non-essential", pausedBy: "rates" });
  expect((await listActions(test.db, { limit: 1 })).actions).toMatchObject([
    { action: "pause", by: "rates", subject: "non-essential" },
  ]);
});

it.each([
  ["one email of three bounced", { accepted: 3, bounced: 1 }],
  ["four emails bounced", { accepted: 10, bounced: 4 }],
  ["two people of a hundred complained", { accepted: 100, complained: 2 }],
  ["4.9 % bounced", { accepted: 1000, bounced: 49 }],
])("pauses nothing when %s", async (_what, counts) => {
  await addCounts(test.db, 2, counts);
  expect(await pauseByRates(test.db)).toBeUndefined();
  expect(await paused()).toMatchObject({ scope: null });
});

it("stays paused until an operator resumes it, even if the rate falls", async () => {
  await addCounts(test.db, 2, { accepted: 1000, bounced: 100 });
  await pauseByRates(test.db);
  await test.db.hourlyCount.deleteMany();
  expect(await pauseByRates(test.db)).toBeUndefined();
  expect(await paused()).toMatchObject({ scope: "non-essential" });
  await resumeSending(test.db, decision);
  expect(await paused()).toMatchObject({ scope: null });
});

it("after a resume, pauses again only because of what comes later", async () => {
  await addCounts(test.db, 0, { accepted: 1000, bounced: 100 });
  await pauseByRates(test.db);
  await resumeSending(test.db, decision);
  expect(await pauseByRates(test.db)).toBeUndefined();
  await test.db.$executeRaw`UPDATE sending_status SET resumed_at = resumed_at - interval '2 hours'`;
  expect(await pauseByRates(test.db)).toBeDefined();
});

it("changes no pause of an operator, and pauses once with two workers", async () => {
  await addCounts(test.db, 2, { accepted: 1000, bounced: 100 });
  const both = await Promise.all([pauseByRates(test.db), pauseByRates(test.db)]);
  expect(both.filter(Boolean)).toHaveLength(1);
  await pauseSending(test.db, "all", decision);
  expect(await pauseByRates(test.db)).toBeUndefined();
  expect(await paused()).toEqual({ scope: "all", pausedBy: "operator" });
});
