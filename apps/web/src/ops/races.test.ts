// Another operator, a worker or SES changes something while a form is open.
import { lowerRate, pauseSending, resumeSending } from "@repo/email/operations";
import { addSuppression, removeSuppression } from "@repo/email/suppressions";
import { expect, it } from "vitest";
import { hiddenIn, startTestOps } from "./test-ops.ts";

const ops = await startTestOps();

const other = { by: "another operator", because: "a new reason" };
const status = () => ops.db.sendingStatus.findUniqueOrThrow({ where: { id: 1 } });
const paused = async () => (await status()).paused;
const fieldsOf = (html: string) => ({ because: "the list is clean", ...hiddenIn(html, "seen") });
const open = async (path: string) => fieldsOf((await ops.get(path).expect(200)).text);

it("resumes only the pause that the operator has seen, and shows a newer one first", async () => {
  await pauseSending(ops.db, "non-essential", { by: "rates", because: "bounces" });
  const form = await open("/ops/sending/resume");
  await resumeSending(ops.db, other);
  const formWithoutPause = await open("/ops/sending/resume");
  await pauseSending(ops.db, "all", other);
  await ops.post("/ops/sending/resume", formWithoutPause).expect(409);
  const { text } = await ops.post("/ops/sending/resume", form).expect(409);
  expect(text).toContain("a new reason");
  expect(await paused()).toBe("all");
  await ops.post("/ops/sending/resume", fieldsOf(text)).expect(303);
  expect(await paused()).toBeNull();
});

it("weakens a pause of everything only from a page that shows it", async () => {
  const scope = "non-essential";
  const form = await open("/ops/sending/pause");
  await pauseSending(ops.db, "all", other);
  const { text } = await ops.post("/ops/sending/pause", { ...form, scope }).expect(409);
  expect(text).toContain("a new reason");
  expect(await paused()).toBe("all");
  await ops.post("/ops/sending/pause", { ...fieldsOf(text), scope }).expect(303);
  expect(await paused()).toBe(scope);
  await ops.post("/ops/sending/pause", { ...form, scope: "all" }).expect(303);
  expect(await paused()).toBe("all");
});

it("raises or ends a lower rate only from a page that shows it", async () => {
  const faster = { rate: "9", minutes: "60" };
  const form = await open("/ops/sending/rate");
  await lowerRate(ops.db, { rate: 2, seconds: 3_600 }, other);
  await ops.post("/ops/sending/full-rate", form).expect(409);
  const { text } = await ops.post("/ops/sending/rate", { ...form, ...faster }).expect(409);
  expect(text).toContain("a new reason");
  expect((await status()).loweredRate).toBe(2);
  await ops.post("/ops/sending/rate", { ...fieldsOf(text), ...faster }).expect(303);
  expect((await status()).loweredRate).toBe(9);
  await ops.post("/ops/sending/full-rate", await open("/ops/sending/full-rate")).expect(303);
  expect((await status()).loweredRate).toBeNull();
});

it("removes only the suppression that the operator has seen, and shows a newer one first", async () => {
  const email = "stop@example.com";
  const path = "/ops/suppressions/remove";
  const isSuppressed = () => ops.db.suppression.count({ where: { addressKey: email } });
  const formOfNone = { email, ...(await open(`${path}?email=${email}`)) };
  await addSuppression(ops.db, email, { by: "Kim", because: "a letter" });
  const form = { email, ...(await open(`${path}?email=${email}`)) };
  await removeSuppression(ops.db, email, other);
  await ops.post(path, form).expect(409);
  await addSuppression(ops.db, email, other);
  await ops.post(path, formOfNone).expect(409);
  const { text } = await ops.post(path, form).expect(409);
  expect(text).toContain("a new reason");
  expect(await isSuppressed()).toBe(1);
  await ops.post(path, { email, ...fieldsOf(text) }).expect(303);
  expect(await isSuppressed()).toBe(0);
});

it("changes no email that a search finds only after the operator has seen the number", async () => {
  const waits = {
    template: "digest",
    state: "queued",
    closedReason: null,
    closedAt: null,
  } as const;
  const [one, two] = [await ops.addMessage(waits), await ops.addMessage(waits)];
  const search = { template: "digest", status: "queued" };
  const { text } = await ops.get(`/ops/messages/hold?${new URLSearchParams(search)}`).expect(200);
  expect(text).toContain("2 emails");
  const counted = hiddenIn(text, "counted");
  const form = { ...search, because: "a wrong price", ...counted };
  const later = await ops.addMessage(waits);
  await ops.db.message.update({ where: { id: two }, data: { template: "digest" } });
  await ops.post("/ops/messages/hold", form).expect(303);
  const held = await ops.db.operatorAction.findMany({ where: { action: "hold" } });
  expect(held.map(({ messageId }) => messageId)).toEqual([one]);
  const again = await ops.post("/ops/messages/hold", form).expect(409);
  expect(again.text).toMatch(/All that was counted has changed since.*2 emails/s);
  expect(hiddenIn(again.text, "counted")).not.toEqual(counted);
  expect(await ops.db.operatorAction.count({ where: { messageId: later } })).toBe(0);
});
