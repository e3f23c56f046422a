import { pauseSending, resumeSending } from "@repo/email/operations";
import { afterAll, expect, it } from "vitest";
import { startTestOps } from "./test-ops.ts";

const ops = await startTestOps();
afterAll(() => ops.drop());

const other = { by: "another operator", because: "a new reason" };
const paused = async () =>
  (await ops.db.sendingStatus.findUniqueOrThrow({ where: { id: 1 } })).paused;
const hidden = (html: string) => /name="since" value="([^"]*)"/.exec(html)?.[1] ?? "";

it("resumes only the pause that the operator has seen, and shows a newer one first", async () => {
  await pauseSending(ops.db, "non-essential", { by: "rates", because: "bounces" });
  const page = await ops.get("/ops/sending/resume").expect(200);
  const seen = { since: hidden(page.text), because: "the list is clean" };
  await resumeSending(ops.db, other);
  await pauseSending(ops.db, "all", other);
  const { text } = await ops.post("/ops/sending/resume", seen).expect(409);
  expect(text).toContain("a new reason");
  expect(await paused()).toBe("all");
  await ops.post("/ops/sending/resume", { ...seen, since: hidden(text) }).expect(303);
  expect(await paused()).toBeNull();
});
