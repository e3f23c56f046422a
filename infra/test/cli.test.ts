// The other tests share processes of Pulumi's runtime; here the program starts as the CLI starts
// it.
import { expect, inject, test } from "vitest";
import { CASES } from "./cases.ts";
import { draw } from "./graph.ts";
import { runCase } from "./runs.ts";
import { ownProcess } from "./runtime.ts";

test.concurrent("a process of its own makes the same", async () => {
  const own = await runCase(CASES.lambda!, false, ownProcess);
  expect(own.exitCode).toBe(0);
  expect(own.log.trim()).toBe("");
  expect(draw(own)).toBe(draw(inject("runs").lambda!.up));
});

test.concurrent("a process of its own stops with one line", async () => {
  const { exitCode, log } = await runCase({ config: { events: "kinesis" } }, true, ownProcess);
  // Pulumi's exit code when the program itself has printed what the user is to do.
  expect(exitCode).toBe(32);
  expect(log.trim()).toBe(
    "product:events must be one of sqs, https, lambda: pulumi config set events https",
  );
});
