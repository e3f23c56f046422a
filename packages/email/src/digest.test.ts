import { expect, it } from "vitest";
import { createDigester } from "./digest.ts";
import { keysOf } from "./keys.ts";

const OLD = "a key of the tests, 32 characters";
const NEW = "the key that came after it, 32 characters";
const content = { b: 1, a: ["x"] };

it("recognizes the same content under any of its keys, and no other content", () => {
  const digesters = [keysOf(OLD), keysOf(OLD, NEW), keysOf(NEW, OLD)].map(createDigester);
  const stored = digesters.slice(0, 2).map((each) => each.digest(content));
  for (const digest of stored) {
    for (const digester of digesters) {
      expect(digester.matches(digest, { a: ["x"], b: 1 })).toBe(true);
      expect(digester.matches(digest, { a: ["x"], b: 2 })).toBe(false);
    }
    expect(createDigester(keysOf(NEW)).matches(digest, content)).toBe(false);
  }
  expect(createDigester(keysOf(NEW)).matches(digesters[2]!.digest(content), content)).toBe(true);
});
