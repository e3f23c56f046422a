import { beforeEach, expect, it } from "vitest";
import { setLimits, slowDown, stopSending } from "../pace.ts";
import {
  accepted,
  makeAllDue,
  queueReset,
  queueWelcome,
  refused,
  useOutbox,
  work,
} from "../delivery/test-queue.ts";
import { lowerRate, pauseSending, resumeSending } from "./pause.ts";
import { readVerdict } from "./verdict.ts";
import { createHeartbeat } from "./workers.ts";

const test = await useOutbox();
beforeEach(() => test.db.worker.deleteMany());

const decision = { by: "operator", because: "a wrong list was imported" };
const read = () => readVerdict(test.db);
/** PostgreSQL's time. */
const clock = async () => {
  const [row] = await test.db.$queryRaw<{ at: Date }[]>`SELECT clock_timestamp() AS at`;
  return row!.at.getTime();
};
const beat = () => createHeartbeat(test.db, "1.2.3").beat(0);

it("says that email goes out", async () => {
  await beat();
  expect(await read()).toMatchObject({
    sending: "sending",
    cause: null,
    workers: [{ version: "1.2.3", isAlive: true }],
    waiting: [],
    open: { queued: 0, sending: 0, inDoubt: 0 },
    lastEvent: null,
    errors: [],
  });
});

it("says that no worker runs, and since when", async () => {
  const ended = createHeartbeat(test.db, "1");
  await ended.beat(0);
  await ended.end();
  expect(await read()).toMatchObject({ sending: "stopped", cause: "no-worker", since: null });
  // It runs, and has not looked at the queue for a while.
  await createHeartbeat(test.db, "1").beat(150_000);
  const { since, workers, next } = await read();
  expect(since).toEqual(workers[0]?.seenAt);
  expect(next).toMatch(/Start the worker/);
});

it("names the worst cause that stops or slows sending, with the next step", async () => {
  await beat();
  await setLimits(test.db, { maxRate: 10, max24Hours: 100, sent24Hours: 85 });
  expect(await read()).toMatchObject({ sending: "slowed", cause: "quota-low" });
  await slowDown(test.db);
  expect(await read()).toMatchObject({ sending: "slowed", cause: "throttled" });
  await lowerRate(test.db, { rate: 2, seconds: 60 }, decision);
  expect(await read()).toMatchObject({ cause: "lowered-rate", status: { rate: 2 } });
  await pauseSending(test.db, "non-essential", decision);
  expect(await read()).toMatchObject({
    sending: "slowed",
    cause: "pause-non-essential",
    why: "operator has paused all email but security mail: a wrong list was imported",
  });
  await pauseSending(test.db, "all", decision);
  expect(await read()).toMatchObject({ sending: "stopped", cause: "pause" });
  await stopSending(test.db, "misconfigured", "NotFound: no such set");
  expect(await read()).toMatchObject({
    sending: "stopped",
    cause: "misconfigured",
    error: "NotFound: no such set",
    next: expect.stringContaining("Fix what the error names"),
  });
});

it("says what waits of each category and since when, and the last error of each kind", async () => {
  await queueWelcome(test.db);
  await work(test.db, refused("throttled"));
  await queueReset(test.db);
  await queueReset(test.db);
  await work(test.db, refused("permanent"));
  await queueReset(test.db);
  await test.db
    .$executeRaw`UPDATE messages SET due_at = now() - interval '1 hour' WHERE template = 'password-reset' AND state = 'queued'`;
  const { waiting, open, errors } = await read();
  expect(waiting).toMatchObject([
    { category: "security", messages: 1 },
    { category: "account", messages: 1 },
  ]);
  expect(Date.now() - (waiting[0]?.oldest.getTime() ?? 0)).toBeGreaterThan(3_500_000);
  expect(open).toMatchObject({ queued: 2, sending: 0 });
  expect(errors).toMatchObject([{ code: "Code", error: "why", messages: 3 }]);
});

it("says when an email could last not be rendered, and not when it is tried again", async () => {
  await queueWelcome(test.db);
  const before = await clock();
  await work(test.db, refused("unrendered"));
  const { errors } = await read();
  expect(errors).toMatchObject([{ code: "Code", messages: 1 }]);
  expect(errors[0]?.at.getTime()).toBeGreaterThanOrEqual(before);
  expect(errors[0]?.at.getTime()).toBeLessThanOrEqual(await clock());
});

/** As if what waits had been queued, and could not be rendered, some minutes earlier. */
const wait = (minutes: number) =>
  test.db.$executeRaw`
    UPDATE messages SET created_at = created_at - ${minutes} * interval '1 minute',
      due_at = due_at - ${minutes} * interval '1 minute' WHERE state = 'queued'`;

it("says that sending is stopped when no email can be rendered, and how to repair it", async () => {
  await beat();
  await queueWelcome(test.db);
  await work(test.db, accepted);
  await queueWelcome(test.db);
  await queueReset(test.db);
  await work(test.db, refused("unrendered"));
  // A worker may be deployed some minutes after web.
  await wait(4);
  expect(await read()).toMatchObject({ sending: "sending" });
  await wait(2);
  expect(await read()).toMatchObject({
    sending: "stopped",
    cause: "unrendered",
    why: "none of the newest emails can be rendered",
    error: "Code: why",
    next: expect.stringMatching(/^Repair the template.* EMAIL_KEY/),
  });
  const { since } = await read();
  expect(Date.now() - since!.getTime()).toBeGreaterThan(5 * 60_000);
});

it("says that sending is slowed when some emails cannot be rendered and later ones are sent", async () => {
  await beat();
  await queueWelcome(test.db);
  await work(test.db, refused("unrendered"));
  await wait(6);
  await queueReset(test.db);
  await work(test.db, accepted, { limit: 1 });
  const slowed = { sending: "slowed", cause: "unrendered", why: "1 email cannot be rendered" };
  expect(await read()).toMatchObject(slowed);
  await pauseSending(test.db, "non-essential", decision);
  expect(await read()).toMatchObject(slowed);
  await pauseSending(test.db, "all", decision);
  expect(await read()).toMatchObject({ cause: "pause" });
  await resumeSending(test.db, decision);
  // It is repaired.
  await makeAllDue(test.db);
  await work(test.db, accepted);
  expect(await read()).toMatchObject({ sending: "sending" });
});

it("says that sending is slowed when the only email that waits cannot be rendered", async () => {
  await beat();
  await queueReset(test.db);
  await work(test.db, accepted);
  await queueWelcome(test.db);
  await work(test.db, refused("unrendered"));
  await wait(6);
  expect(await read()).toMatchObject({ sending: "slowed", why: "1 email cannot be rendered" });
});

it("does not count an email that was rendered since", async () => {
  await beat();
  await queueWelcome(test.db);
  await work(test.db, refused("unrendered"));
  await wait(6);
  await makeAllDue(test.db);
  await work(test.db, refused("throttled"));
  expect(await read()).toMatchObject({ sending: "sending", cause: null });
});
