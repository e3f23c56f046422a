import { expect, inject, test } from "vitest";
import { STOPS } from "./cases.ts";

test.each(STOPS)("%s stops the preview with one line", (name, _, line) => {
  const { exitCode, log } = inject("stopped")[name]!;
  expect(exitCode).not.toBe(0);
  expect(log.trim().split("\n")).toHaveLength(1);
  expect(`error: ${log.trim()}`).toMatch(line);
});
