import { expect, it } from "vitest";
import { laterThan } from "./migrations.ts";

it("gives upstream's migrations a time after the clone's newest, in their own order", () => {
  expect(laterThan("20261231235959_notes", ["20261201090000_a", "20261215090000_b"])).toEqual([
    "20270101000000_a",
    "20270101000001_b",
  ]);
});

it("does not rename upstream's migrations if they are newer already", () => {
  const names = ["20261201090000_a", "20261215090000_b"];
  expect(laterThan("20261130090000_notes", names)).toEqual(names);
  expect(laterThan("20261130090000_notes", [])).toEqual([]);
});
