import { createTestDb } from "@repo/db/testing";
import { afterAll, beforeAll, expect, it } from "vitest";
import { runCommand } from "./test-command.ts";

let test: Awaited<ReturnType<typeof createTestDb>>;
beforeAll(async () => {
  test = await createTestDb();
});
afterAll(() => test.drop());

const run = (...args: string[]) => runCommand(args, { DATABASE_URL: test.url });
const source = "eu-west-1/sendoff";

it("says of which configuration sets no evidence is taken, and takes it again for a reason", async () => {
  expect(await run("evidence")).toMatchObject({
    code: 0,
    out: "Evidence is taken of every configuration set.\n",
  });
  const messageId = crypto.randomUUID();
  await test.db.evidenceStop.create({ data: { eventSource: source, messageId } });
  expect(await run("evidence")).toMatchObject({
    code: 1,
    out: expect.stringMatching(`^${source}: none since .*; email ${messageId} had been judged`),
  });

  expect(await run("evidence", "allow", source)).toMatchObject({
    code: 1,
    err: expect.stringContaining("--reason"),
  });
  expect(await run("evidence", "allow", "other", "--reason", "x")).toMatchObject({
    code: 1,
    err: expect.stringContaining("pnpm email:evidence"),
  });
  expect(await run("evidence", "allow", source, "--reason", "the queue was purged")).toMatchObject({
    code: 0,
    out: `Evidence of ${source} is taken again.\n`,
  });
  expect(await test.db.evidenceStop.count()).toBe(0);
});
