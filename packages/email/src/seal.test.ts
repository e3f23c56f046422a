import { expect, it } from "vitest";
import { keysOf } from "./keys.ts";
import { createSealer } from "./seal.ts";

const OLD = "a key of the tests, 32 characters";
const NEW = "the key that came after it, 32 characters";
const sealer = createSealer(keysOf(OLD));
const props = { name: "Name", url: "https://example.com/verify-email?token=secret" };

it("opens what it sealed", () => {
  expect(sealer.open("id", sealer.seal("id", props))).toEqual(props);
});

it("shows nothing of the props, and never the same bytes twice", () => {
  const [first, second] = [sealer.seal("id", props), sealer.seal("id", props)];
  expect(first.toString("latin1")).not.toContain("secret");
  expect(first).not.toEqual(second);
});

it("refuses another message's props, another key, and any changed byte", () => {
  const sealed = sealer.seal("id", props);
  const refused = expect.objectContaining({ code: "UNSEAL_FAILED" });
  expect(() => sealer.open("other", sealed)).toThrow(refused);
  expect(() => createSealer(keysOf(NEW)).open("id", sealed)).toThrow(refused);
  for (let i = 0; i < sealed.length; i++) {
    const changed = Buffer.from(sealed);
    changed.writeUInt8(changed.readUInt8(i) ^ 1, i);
    expect(() => sealer.open("id", changed)).toThrow(refused);
  }
  expect(() => sealer.open("id", sealed.subarray(0, 20))).toThrow(refused);
});

it("seals under the newest key, and opens what any of its keys has sealed", () => {
  const added = createSealer(keysOf(OLD, NEW));
  const first = createSealer(keysOf(NEW, OLD));
  // While processes restart, one writes with either key, and all read both.
  for (const [writer, reader] of [
    [sealer, added],
    [added, sealer],
    [added, first],
    [first, added],
    [first, createSealer(keysOf(NEW))],
  ] as const) {
    expect(reader.open("id", writer.seal("id", props))).toEqual(props);
  }
});

it("names the missing key by its id, and what to do", () => {
  const [{ id: oldId }] = keysOf(OLD);
  const [{ id: newId }] = keysOf(NEW);
  const alone = createSealer(keysOf(NEW));
  expect(() => alone.open("id", sealer.seal("id", props))).toThrow(
    `The contents of a queued email were sealed under the key ${oldId}. EMAIL_KEY has only ${newId}. Add the key ${oldId} to the end of EMAIL_KEY of the worker: docs/runbook.md#rotate-a-key.`,
  );
});
