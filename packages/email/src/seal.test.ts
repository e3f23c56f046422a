import { expect, it } from "vitest";
import { createSealer } from "./seal.ts";

const sealer = createSealer("a key of the tests, 32 characters");
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
  expect(() => createSealer("another key of the tests, 32 chars").open("id", sealed)).toThrow(
    refused,
  );
  for (let i = 0; i < sealed.length; i++) {
    const changed = Buffer.from(sealed);
    changed.writeUInt8(changed.readUInt8(i) ^ 1, i);
    expect(() => sealer.open("id", changed)).toThrow(refused);
  }
  expect(() => sealer.open("id", sealed.subarray(0, 20))).toThrow(refused);
});
