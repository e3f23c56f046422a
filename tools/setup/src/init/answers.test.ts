import { expect, test } from "vitest";
import type { Tree } from "../tree.ts";
import { QUESTIONS } from "./answers.ts";

const question = (key: string) => {
  const found = QUESTIONS.find((each) => each.key === key);
  if (!found) throw new Error(`There is no question ${key}`);
  return found;
};
// A copy of the starter, as far as these questions look at it.
const fresh = {
  has: () => false,
  read: () => JSON.stringify({ name: "Post" }),
} as unknown as Tree;
const checkName = (name: string) => question("name").check(name, fresh);

test.each(["Acme & Söhne", "O'Neil (sales), Inc.", "🚀", "é".repeat(60), "100% #1", "三日月"])(
  "the name of a product can be %s",
  (name) => {
    expect(checkName(name)).toBeUndefined();
  },
);

test.each([
  "",
  " Acme",
  'Acme "1"',
  "Acme $HOME",
  "`id`",
  "A\nB",
  "A\u200dB",
  "A <b>",
  "x".repeat(61),
])("the name of a product cannot be %j, because files could not hold it", (name) => {
  expect(checkName(name)).toMatch(/^it must have 1 to 60 characters/);
});

test.each(["Acme@Home", "=?utf-8?q?x?=", "🚀".repeat(40)])(
  "the name of a product cannot be %j, because no email could have it as its sender",
  (name) => {
    expect(checkName(name)).toMatch(/^it is the sender of emails too/);
  },
);

test.each([
  ["Acme & Söhne", "acme-sohne"],
  ["  7 Seas: 2 Ships! ", "seas-2-ships"],
  ["🚀", ""],
  [`${"x".repeat(29)} ${"y".repeat(30)}`, "x".repeat(29)],
])("the package of %s is offered as %s", (name, offered) => {
  expect(question("package").initial(fresh, { name })).toBe(offered);
});
