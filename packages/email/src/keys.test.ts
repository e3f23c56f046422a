import { expect, it } from "vitest";
import { KeysSetting, keyProblems, keysOf } from "./keys.ts";

const [a, b, c] = ["a", "b", "c"].map((letter) => letter.repeat(32)) as [string, string, string];

it("reads one key as it is, and several in their order", () => {
  expect(KeysSetting.parse(` ${a} `)).toEqual(keysOf(` ${a} `));
  expect(KeysSetting.parse(`${b}, ${a},${c}`)).toEqual(keysOf(b, a, c));
});

it("names each key by an id that does not contain it", () => {
  const [first, second] = keysOf(a, b);
  expect(first.id).toMatch(/^[0-9a-f]{8}$/);
  expect(first.id).toBe(keysOf(a)[0].id);
  expect(second?.id).not.toBe(first.id);
});

it.each([
  ["", /32 characters or more/],
  ["short", /32 characters or more/],
  [`${a},`, /32 characters or more/],
  [`${a},short`, /32 characters or more/],
  [`${a},${b},${a}`, /has the same key twice/],
])("refuses %j without naming a key", (text, message) => {
  const { error } = KeysSetting.safeParse(text);
  expect(error?.issues.map((issue) => issue.message)).toEqual([expect.stringMatching(message)]);
  expect(String(error)).not.toContain(a);
});

it("finds a key that two settings share, and in production the keys of .env.example", () => {
  const example = `development-only-${"0".repeat(28)}`;
  const settings = { A: keysOf(a, b), B: keysOf(c, b), C: keysOf("d".repeat(32), example) };
  const shared = ["B", expect.stringContaining("must share no key with A")];
  expect(keyProblems(settings, ["A", "B", "C"], false)).toEqual([shared]);
  expect(keyProblems(settings, ["A", "B", "C"], true)).toEqual([
    shared,
    ["C", expect.stringContaining("has the value from .env.example")],
  ]);
});
