import { expect, it } from "vitest";
import { duration } from "./duration.ts";

it.each([
  [1, "a minute"],
  [30, "30 minutes"],
  [60, "an hour"],
  [90, "90 minutes"],
  [120, "2 hours"],
  [1440, "24 hours"],
])("should write %i minutes as %j", (minutes, words) => {
  expect(duration(minutes)).toBe(words);
});
