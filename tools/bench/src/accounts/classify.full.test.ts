import { expect, test } from "vitest";
import { seeded } from "@repo/measure/random";
import { auc } from "./classify.ts";

const random = seeded(1);
const times = (ms: () => number) => Array.from({ length: 2_000 }, ms);

test("times without a difference give a guess", () => {
  expect(auc(times(random), times(random))).toBeLessThan(0.53);
});

test("finds a difference of a tenth of the noise, whichever side is slower", () => {
  const [slower, faster] = [times(() => random() + 0.1), times(random)];
  expect(auc(slower, faster)).toBeGreaterThan(0.57);
  expect(auc(faster, slower)).toBeCloseTo(auc(slower, faster), 5);
});

test("finds a difference that is not simply slower or faster", () => {
  const spread = times(() => (random() < 0.5 ? 10 : 12));
  expect(
    auc(
      spread,
      times(() => 11),
    ),
  ).toBeGreaterThan(0.99);
});

test("certainty is 1", () => {
  expect(
    auc(
      times(() => 2),
      times(() => 1),
    ),
  ).toBeCloseTo(1, 5);
});
