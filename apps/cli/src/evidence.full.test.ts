import { useTestDb } from "@repo/db/testing";
import { expect, it } from "vitest";
import { runCommand } from "./test-command.ts";

const test = await useTestDb();

const run = (...args: string[]) => runCommand(args, { DATABASE_URL: test.url });
const source = "eu-west-1/app";

it("lists the configuration sets whose events are no evidence, and accepts them again for a reason", async () => {
  expect(await run("evidence")).toMatchObject({
    code: 0,
    out: "The events of every configuration set count as evidence.\n",
  });
  const messageId = crypto.randomUUID();
  await test.db.evidenceStop.create({ data: { eventSource: source, messageId } });
  expect(await run("evidence")).toMatchObject({
    code: 1,
    out: expect.stringMatching(
      `^${source}: no evidence since .*, when email ${messageId} was judged`,
    ),
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
    out: `The events of ${source} count as evidence again.\n`,
  });
  expect(await test.db.evidenceStop.count()).toBe(0);
});
