import { beforeEach, expect, it } from "vitest";
import { queueWelcome, useOutbox } from "../delivery/test-queue.ts";
import { createPseudonyms, eraseMail } from "../erasure.ts";
import { allowEvidence } from "../evidence-stops.ts";
import { keysOf } from "../keys.ts";
import { changeMessages } from "../operator.ts";
import { deleteOldMessages } from "../retention.ts";
import { addSuppression, removeSuppression } from "../suppression/suppressions.ts";
import { listActions, recordAction } from "./actions.ts";

const test = await useOutbox();
beforeEach(async () => {
  await test.db.$transaction([
    test.db.$executeRaw`SELECT set_config('email.erases', 'on', true)`,
    test.db.operatorAction.deleteMany(),
  ]);
});

const decision = { by: "operator", because: "why" };
const list = async () => (await listActions(test.db)).actions;

it("keeps every action for good: no statement changes or deletes one", async () => {
  await recordAction(test.db, { action: "role", subject: "an id", ...decision });
  const refused = /append-only/;
  await expect(test.db.operatorAction.updateMany({ data: { because: "another" } })).rejects.toThrow(
    refused,
  );
  await expect(test.db.operatorAction.deleteMany()).rejects.toThrow(refused);
  expect(await list()).toMatchObject([{ action: "role", subject: "an id", ...decision }]);
});

it("deletes an action with its message, and with the person that it is about", async () => {
  const id = await queueWelcome(test.db, "sam@example.com");
  await changeMessages(test.db, "cancel", { id }, decision);
  await addSuppression(test.db, "Sam@example.com", decision);
  await addSuppression(test.db, "kim@example.com", decision);
  await deleteOldMessages(test.db, { olderThanDays: -1 });
  expect(await list()).toMatchObject([
    { action: "suppress", address: "kim@example.com" },
    { action: "suppress", address: "sam@example.com" },
  ]);
  const pseudonyms = createPseudonyms(keysOf("a key of opt-outs with 32 characters"));
  const keys = ["sam@example.com"];
  await eraseMail(test.db, {
    keys,
    pseudonyms: keys.map((key) => pseudonyms.of(key)),
    until: null,
  });
  expect(await list()).toMatchObject([{ address: "kim@example.com" }]);
});

it("shows an action on many messages as one, and pages through all, newest first", async () => {
  for (let i = 0; i < 3; i++) await queueWelcome(test.db, `name${i}@example.com`);
  await changeMessages(test.db, "cancel", { template: "welcome" }, decision);
  await addSuppression(test.db, "sam@example.com", decision);
  await removeSuppression(test.db, "sam@example.com", decision);
  await test.db.evidenceStop.create({
    data: { eventSource: "eu-west-1/set", messageId: crypto.randomUUID() },
  });
  await allowEvidence(test.db, "eu-west-1/set", decision);
  const expected = [
    { action: "allow-evidence", subject: "eu-west-1/set", count: 1, ...decision },
    { action: "unsuppress", address: "sam@example.com" },
    { action: "suppress", address: "sam@example.com" },
    { action: "cancel", count: 3, messageId: null },
  ];
  expect(await list()).toMatchObject(expected);
  const found = [];
  for (let before: string | undefined; ;) {
    const { actions, next } = await listActions(test.db, { before, limit: 1 });
    found.push(...actions);
    if (next === null) break;
    before = next;
  }
  expect(found).toMatchObject(expected);
  await expect(listActions(test.db, { before: "yesterday" })).rejects.toMatchObject({
    code: "INVALID_CURSOR",
  });
});

it("pages through actions of one moment, each once", async () => {
  await test.db.$transaction(async (tx) => {
    for (const because of ["a", "b", "c", "d", "e"]) {
      await recordAction(tx, { action: "role", subject: because, by: "operator", because });
      await recordAction(tx, { action: "role", subject: because, by: "operator", because });
    }
  });
  const found: string[] = [];
  for (let before: string | undefined; ;) {
    const { actions, next } = await listActions(test.db, { before, limit: 2 });
    found.push(...actions.map(({ because, count }) => `${because}${count}`));
    if (next === null) break;
    before = next;
  }
  expect(found.toSorted()).toEqual(["a2", "b2", "c2", "d2", "e2"]);
});

it("shows an action on many addresses with their number, and not as one on the first of them", async () => {
  await test.db.$transaction(async (tx) => {
    for (const addressKey of ["a@example.com", "b@example.com"]) {
      await recordAction(tx, { action: "suppress", addressKey, by: "operator", because: "many" });
    }
  });
  const { actions } = await listActions(test.db);
  expect(actions.find(({ because }) => because === "many")).toMatchObject({
    count: 2,
    address: null,
    subject: null,
  });
});
