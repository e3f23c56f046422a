import { expect, inject, test } from "vitest";
import { readSettings } from "../src/config/settings.ts";
import { ofType } from "./find.ts";
import { recordsOf } from "./records.ts";

const { up } = inject("runs")["longest-names"]!;
// What Pulumi adds to a name that it makes: `-1a2b3c4`.
const SUFFIX = 8;

// AWS's longest names, and which resources have Pulumi's suffix.
test.each([
  ["Role", 64],
  ["Policy", 128],
  ["Topic", 256],
  ["Queue", 80],
])("the longest name of a stack, with Pulumi's suffix, is short enough for a %s", (type, limit) => {
  const names = ofType(up, type).map(({ name }) => name.length + SUFFIX);
  expect(Math.max(...names)).toBeLessThanOrEqual(limit);
});

test("the longest name of a stack is short enough for a user", () => {
  // A user has the same name as the role, and AWS has the same limit for both.
  expect(ofType(up, "Role")[0]!.name).toBe(`product-${"s".repeat(40)}-sender`);
});

test("the longest name of a stack is short enough for what SES names", () => {
  for (const { inputs } of ofType(up, "ConfigurationSet")) {
    expect(String(inputs.configurationSetName).length).toBeLessThanOrEqual(64);
  }
  for (const { inputs } of ofType(up, "ConfigurationSetEventDestination")) {
    // It has the name of the topic.
    expect(String(inputs.eventDestinationName).length + SUFFIX).toBeLessThanOrEqual(64);
  }
});

test("a stack's name of one character more is refused", () => {
  const raw = { "aws:region": "eu-central-1", "product:domain": "example.com" };
  const read = (length: number) => () =>
    readSettings({ project: "product", stack: "s".repeat(length), raw });
  expect(read(40)).not.toThrow();
  expect(read(41)).toThrow(/must be 1 to 48/);
});

test("the longest domain leaves room for its records' names, and one character more does not", () => {
  for (const { name } of recordsOf(up)) {
    // SES's tokens have 32 characters, those of the tests 6.
    const length = name.startsWith("token") ? name.length + 26 : name.length;
    expect(length).toBeLessThanOrEqual(253);
    for (const label of name.split(".")) expect(label.length).toBeLessThanOrEqual(63);
  }
  const read = (domain: string) => () =>
    readSettings({
      project: "product",
      stack: "dev",
      raw: { "aws:region": "eu-central-1", "product:domain": domain },
    });
  const domain = (length: number) =>
    `${"a".repeat(length - 140)}.${"b".repeat(63)}.${"c".repeat(63)}.example.com`;
  expect(domain(202)).toHaveLength(202);
  expect(read(domain(202))).not.toThrow();
  expect(read(`${"d".repeat(6)}.${domain(202)}`)).not.toThrow();
  expect(read(`${"d".repeat(7)}.${domain(202)}`)).toThrow(/must be a domain/);
});
