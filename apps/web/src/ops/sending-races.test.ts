import { lowerRate, pauseSending, resumeSending } from "@repo/email/operations";
import { afterAll, expect, it } from "vitest";
import { startTestOps } from "./test-ops.ts";

const ops = await startTestOps();
afterAll(() => ops.drop());

const other = { by: "another operator", because: "a new reason" };
const status = () => ops.db.sendingStatus.findUniqueOrThrow({ where: { id: 1 } });
const paused = async () => (await status()).paused;
/** What a page tells its form about what is in force. */
const seenIn = (html: string) => /name="seen" value="([^"]*)"/.exec(html)?.[1];
const fieldsOf = (html: string) => {
  const seen = seenIn(html);
  return { because: "the list is clean", ...(seen !== undefined && { seen }) };
};
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
