import type { Tx } from "@repo/db";
import { beforeEach, expect, it } from "vitest";
import { stopSending } from "../pace.ts";
import {
  accepted,
  makeAllDue,
  queueReset,
  queueWelcome,
  refused,
  useOutbox,
  work,
} from "../delivery/test-queue.ts";
import { createPseudonyms, eraseMail } from "../erasure.ts";
import { applyEvents } from "../events/apply.ts";
import { sesEvent } from "../events/test-event.ts";
import { keysOf } from "../keys.ts";
import { type Notice, openAlerts, tellTroubles } from "./alerts.ts";
import { pauseSending } from "./pause.ts";
import { addCounts } from "./test-counts.ts";

let told: Notice[] = [];
const test = await useOutbox();
beforeEach(async () => {
  await test.db.alert.deleteMany();
  await test.db.hourlyCount.deleteMany();
  told = [];
});

const tell = (_tx: Tx, notice: Notice) => Promise.resolve(void told.push(notice));
const look = () => tellTroubles({ db: test.db, tell });
const causes = () => told.map(({ cause, isWell }) => (isWell ? `${cause} is well` : cause));
/** As if `minutes` had passed. */
const pass = (minutes: number) =>
  test.db.$executeRaw`UPDATE alerts SET told_at = told_at - ${minutes} * interval '1 minute'`;
const stop = async (minutes = 2) => {
  await stopSending(test.db, "misconfigured", "AccessDenied: arn:aws:iam::123:role/secret");
  await test.db.$executeRaw`
    UPDATE sending_status SET stopped_at = now() - ${minutes} * interval '1 minute'`;
};
const goOn = () => test.db.sendingStatus.updateMany({ data: { stoppedBy: null } });

it("sends one alert when a problem begins and one when it ends, with two workers", async () => {
  await stop();
  await Promise.all([look(), look()]);
  await look();
  expect(causes()).toEqual(["stopped"]);
  expect(await openAlerts(test.db)).toMatchObject([{ cause: "stopped" }]);
  await goOn();
  await Promise.all([look(), look()]);
  await look();
  expect(causes()).toEqual(["stopped", "stopped is well"]);
  expect(await openAlerts(test.db)).toEqual([]);
});

it("sends at most one alert an hour about a problem that comes and goes", async () => {
  for (let i = 0; i < 3; i++) {
    await stop();
    await look();
    await goOn();
    await look();
  }
  expect(causes()).toEqual(["stopped", "stopped is well"]);
  await pass(61);
  await stop();
  await look();
  expect(causes()).toEqual(["stopped", "stopped is well", "stopped"]);
});

it("reminds once a day of a problem that lasts", async () => {
  await stop();
  await look();
  await pass(23 * 60);
  await look();
  expect(causes()).toEqual(["stopped"]);
  await pass(61);
  await look();
  await look();
  expect(causes()).toEqual(["stopped", "stopped"]);
  expect(told[1]?.since).toEqual(told[0]?.since);
});

it("records no alert if its email cannot be queued, and sends it at the next look", async () => {
  await stop();
  const failing = () => Promise.reject(new Error("no key"));
  await expect(tellTroubles({ db: test.db, tell: failing })).rejects.toThrow("no key");
  expect(await test.db.alert.count()).toBe(0);
  await look();
  expect(causes()).toEqual(["stopped"]);
});

it("puts no server's answer, no reason and no address into an alert", async () => {
  await stop();
  await look();
  await goOn();
  await look();
  await pauseSending(test.db, "all", { by: "sam@example.com", because: "secret" });
  await test.db.$executeRaw`UPDATE sending_status SET paused_at = now() - interval '2 minutes'`;
  await pass(61);
  await look();
  await look();
  expect(causes()).toEqual(["stopped", "stopped is well", "stopped"]);
  expect(JSON.stringify(told)).not.toMatch(/secret|arn:|AccessDenied|@/);
});

it("sends no alert about a stop of less than a minute", async () => {
  await stop(0);
  await look();
  expect(causes()).toEqual([]);
});

it("does not call a stop ended when another one or a pause has followed it", async () => {
  const decision = { by: "operator", because: "why" };
  await stop();
  await look();
  await goOn();
  await stop(0);
  await look();
  await pauseSending(test.db, "all", decision);
  await goOn();
  await look();
  await pauseSending(test.db, "all", { ...decision, because: "another" });
  await look();
  expect(causes()).toEqual(["stopped"]);
});

it("sends an alert when a rate is near AWS's threshold", async () => {
  await addCounts(test.db, 2, { accepted: 1000, bounced: 39 });
  await look();
  expect(causes()).toEqual([]);
  await addCounts(test.db, 3, { accepted: 1000, bounced: 41, complained: 2 });
  await look();
  expect(causes()).toEqual(["bounces"]);
  expect(told[0]?.what).toBe(
    "80 of the 2000 emails in 24 hours bounced. AWS reviews an account at 5\u00A0% and may pause it at 10\u00A0%.",
  );
  await addCounts(test.db, 4, { accepted: 1100, complained: 3 });
  await look();
  expect(causes()).toEqual(["bounces", "complaints"]);
  // 80 bounces of 3,300 emails: below 2.5 %.
  await addCounts(test.db, 5, { accepted: 200 });
  await look();
  expect(causes()).toEqual(["bounces", "complaints", "bounces is well"]);
});

it("says that email is still paused when a rate that has paused it is low again", async () => {
  await addCounts(test.db, 3, { accepted: 1000, bounced: 60 });
  const paused = { paused: "non-essential", pausedAt: new Date(), pausedBy: "rates" };
  await test.db.sendingStatus.updateMany({ data: paused });
  await look();
  await addCounts(test.db, 4, { accepted: 3000 });
  await look();
  expect(causes()).toEqual(["bounces", "bounces is well"]);
  expect(told[1]?.next).toMatch(/still paused\. Resume sending/);
});

it("sends an alert when email waits too long, earlier for security mail, never for paused mail", async () => {
  await queueWelcome(test.db);
  const age = (minutes: number) =>
    test.db.$executeRaw`UPDATE messages SET due_at = now() - ${minutes} * interval '1 minute'`;
  await age(50);
  await look();
  expect(causes()).toEqual([]);
  await pauseSending(test.db, "non-essential", { by: "operator", because: "why" });
  await age(70);
  await look();
  expect(causes()).toEqual([]);
  await queueReset(test.db);
  await age(6);
  await look();
  expect(causes()).toEqual(["queue"]);
  expect(told[0]?.what).toBe("Email of the category security has waited for 6 minutes.");
  // It still waits.
  await pauseSending(test.db, "all", { by: "operator", because: "why" });
  await look();
  expect(causes()).toEqual(["queue"]);
  await test.db.message.deleteMany();
  await look();
  expect(causes()).toEqual(["queue", "queue is well"]);
});

it("sends an alert when emails cannot be rendered, however long their category may wait", async () => {
  await queueWelcome(test.db);
  await work(test.db, refused("unrendered"));
  await test.db.$executeRaw`UPDATE messages SET created_at = now() - interval '6 minutes'`;
  await look();
  expect(causes()).toEqual(["queue"]);
  expect(told[0]).toMatchObject({
    what: "1 email cannot be rendered.",
    next: expect.stringMatching(/^Repair the template/),
  });
  await makeAllDue(test.db);
  await work(test.db, accepted);
  await look();
  expect(causes()).toEqual(["queue", "queue is well"]);
});

it("counts the wait of a scheduled email from its first call, if that is put off", async () => {
  const id = await queueReset(test.db, "a@example.com", { sendAt: new Date(Date.now() + 60_000) });
  await test.db.$executeRaw`
    UPDATE messages SET created_at = now() - interval '3 days', due_at = now()
    WHERE id = ${id}::uuid`;
  await work(test.db, refused("throttled"));
  await look();
  expect(causes()).toEqual([]);
});

it("sends an alert when events stop, and when they come again", async () => {
  await test.db.event.deleteMany();
  await addCounts(test.db, 1, { accepted: 19 });
  await look();
  expect(causes()).toEqual([]);
  await addCounts(test.db, 1, { accepted: 1 }, "eu-west-1/another");
  await look();
  expect(causes()).toEqual(["events"]);
  // An hour with little email says nothing about events.
  await test.db.hourlyCount.deleteMany();
  await look();
  expect(causes()).toEqual(["events"]);
  await applyEvents(test.db, [sesEvent("Send")]);
  await look();
  expect(causes()).toEqual(["events", "events is well"]);
});

it("does not report stopped events after the erasure of a person", async () => {
  await addCounts(test.db, 1, { accepted: 100 });
  const messageId = await queueReset(test.db, "sam@example.com");
  await work(test.db, accepted);
  const keys = ["sam@example.com"];
  await applyEvents(test.db, [sesEvent("Delivery", { messageId, recipient: keys[0]! })]);
  const pseudonyms = createPseudonyms(keysOf("a key of opt-outs with 32 characters"));
  await eraseMail(test.db, {
    keys,
    pseudonyms: keys.map((key) => pseudonyms.of(key)),
    until: null,
  });
  expect(await test.db.event.count()).toBe(0);
  await look();
  expect(causes()).toEqual([]);
});
