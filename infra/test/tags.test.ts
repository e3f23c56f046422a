import { expect, inject, test } from "vitest";
import { tagValue } from "../src/tags.ts";

// The characters that IAM takes in a tag's value (IAM API Reference, Tag).
const VALUE = /^[\p{L}\p{Z}\p{N}_.:/=+\-@]*$/u;

test.each([
  ["Acme", "Acme"],
  ["Grüße 24", "Grüße 24"],
  ["Rocket & Sons", "Rocket Sons"],
  ["Acme, Inc.", "Acme Inc."],
  ["Bob’s Burgers", "Bobs Burgers"],
  ["Acme (Beta)", "Acme Beta"],
  ["C#", "C"],
  ["!", ""],
])("a product with the name %s has a tag that AWS takes", (name, value) => {
  expect(tagValue(name)).toBe(value);
  expect(value).toMatch(VALUE);
});

test("every tag of every resource is one that AWS takes", () => {
  const tags = Object.values(inject("runs"))
    .flatMap(({ up }) => up.resources)
    .flatMap(({ inputs }) => Object.values((inputs.tags ?? {}) as Record<string, string>));
  expect(tags.length).toBeGreaterThan(100);
  expect(tags.filter((value) => !VALUE.test(value))).toEqual([]);
});
