import { expect, test } from "vitest";
import { countTemplates, groupByRecipient, matcher } from "./search.js";

const message = (changes: Record<string, unknown>) => ({
  id: "1",
  from: "Example <hello@example.com>",
  to: ["sam@example.org"],
  cc: [] as string[],
  bcc: [] as string[],
  subject: "Confirm your address",
  tags: { template: "verify-email", "message-id": "m-1" },
  at: "2026-01-01T00:00:00.000Z",
  read: true,
  code: null,
  attachments: 0,
  excerpt: "",
  events: [{ type: "Bounce", summary: "Permanent, General" }],
  ...changes,
});

test.each([
  ["", true],
  ["sam", true],
  ["SAM confirm", true],
  ["sam reset", false],
  ["to:sam", true],
  ["to:hello", false],
  ["from:hello", true],
  ["template:verify-email", true],
  ["template:verify", false],
  ["tag:message-id=m-1", true],
  ["is:bounced", true],
  ["is:delivered", false],
  ["message-id=m-1", true],
  ["is:unread", false],
  ["is:anything", false],
  ['"your address"', true],
  ['"address your"', false],
  ['subject:"your address"', true],
  ["constructor:x", false],
  ["nofield:sam", false],
  ['"', true],
])("should match %j: %s", (query, expected) => {
  expect(matcher(query)(message({}))).toBe(expected);
});

test("should group by every recipient, beginning with that of the newest message", () => {
  const both = message({ id: "2", to: ["Sam@example.org"], bcc: ["alex@example.net"] });
  const groups = groupByRecipient([both, message({})]);
  expect([...groups].map(([address, { length }]) => [address, length])).toEqual([
    ["sam@example.org", 2],
    ["alex@example.net", 1],
  ]);
});

test("should count the templates by name", () => {
  const other = message({ tags: { template: "alpha" } });
  expect(countTemplates([message({}), other, message({}), message({ tags: {} })])).toEqual([
    ["alpha", 1],
    ["verify-email", 2],
  ]);
});
