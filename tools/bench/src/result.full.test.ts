import { expect, test } from "vitest";
import { compare } from "./result.ts";
import { quantile } from "@repo/measure/statistics";

test("a quantile lies between its neighbours", () => {
  expect(quantile([4, 1, 3, 2], 0.5)).toBe(2.5);
  expect(quantile([10, 20], 0.99)).toBeCloseTo(19.9);
});

test("the ratio is the median of the pairs' ratios, not the ratio of the medians", () => {
  // In the second run the machine was busy, so both sides were twice as slow.
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
