import { type Hour, TIME_BOUNDS } from "@repo/email/operations";
import { expect, it } from "vitest";
import { addUp, boundText, bucketAt, roundUp } from "./series.ts";

const hour = (at: number): Hour => ({
  hour: new Date(at * 3_600_000),
  accepted: 10,
  delivered: 9,
  bounced: 1,
  complained: 0,
  refused: 2,
  queuedToAccepted: [1, 0],
  acceptedToDelivered: [0, 1],
});

it("adds hours up to points that end with the last hour", () => {
  const points = addUp([0, 1, 2, 3, 4].map(hour), 2);
  expect(points.map((each) => [each.hour.getTime() / 3_600_000, each.accepted])).toEqual([
    [0, 10],
    [1, 20],
    [3, 20],
  ]);
  expect(points[1]).toMatchObject({ refused: 4, queuedToAccepted: [2, 0] });
});

it("finds the lowest bound under which a share of the emails lies", () => {
  expect(bucketAt([50, 0, 45, 5], 0.5)).toBe(0);
  expect(bucketAt([50, 0, 45, 5], 0.95)).toBe(2);
  expect(bucketAt([0, 0], 0.5)).toBeNull();
  expect([0, TIME_BOUNDS.length - 1, TIME_BOUNDS.length].map(boundText)).toEqual([
    "0.1 s",
    "1 h",
    "more",
  ]);
});

it("ends an axis at a round number, whose half is round too", () => {
  expect([0, 2, 3, 10, 11, 81, 8_520].map(roundUp)).toEqual([2, 2, 4, 10, 20, 100, 10_000]);
});
