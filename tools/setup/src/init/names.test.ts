import { expect, test } from "vitest";
import { rename } from "./names.ts";

const old = { name: "Post", package: "post" };
const now = { name: "Rocket & Sons", package: "rocket-sons" };

test("renames a product in the listed places, and leaves the same word elsewhere", () => {
  const infra = '"arn:aws:iam::123456789012:policy/post-*" # a post';
  expect(rename("infra/operator-policy.json", infra, old, now).text).toBe(
    '"arn:aws:iam::123456789012:policy/rocket-sons-*" # a post',
  );
  expect(rename("docs/other.md", "Post", old, now)).toEqual({ text: "Post", missing: [] });
});

test("renames back to the same text, so that two versions can be compared", () => {
  const text =
    'EMAIL_FROM="Post <a@example.com>"\n# EMAIL_FROM_SECURITY="Post security <b@example.com>"\n';
  const there = rename(".env.example", text, old, now);
  expect(there.missing).toEqual([]);
  expect(rename(".env.example", there.text, now, old).text).toBe(text);
});

test("names the places where a person has written something else", () => {
  const { text, missing } = rename("README.md", "# Our product\n", old, now);
  expect(text).toBe("# Our product\n");
  expect(missing).toEqual(["# {name}\n"]);
});
