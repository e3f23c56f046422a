import { expect, test } from "vitest";
import { compare } from "./result.ts";
import { quantile } from "@repo/measure/statistics";

test("a quantile lies between its neighbours", () => {
  expect(quantile([4, 1, 3, 2], 0.5)).toBe(2.5);
  expect(quantile([10, 20], 0.99)).toBeCloseTo(19.9);
});

test("the ratio is that of the pairs, not of the medians", () => {
  // Both sides twice as slow in the second run: a busy machine.
  const pairs = { ours: [90, 40, 95], other: [100, 50, 100] };
  expect(compare("b", "m", pairs, { atLeast: 0.95 })).toEqual({
    bench: "b",
    metric: "m",
    ours: 90,
    other: 100,
    ratio: 0.9,
    runs: 3,
    bar: ">= 0.95",
    met: false,
  });
});
