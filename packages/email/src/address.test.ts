import { describe, expect, it } from "vitest";
import fc from "fast-check";
import { parseAddress } from "./address.ts";
import { EmailError } from "./error.ts";

describe("accepts what SES accepts", () => {
  it.each([
    ["name@example.com", "name@example.com", "name@example.com"],
    ["  Name@Example.COM ", "Name@example.com", "name@example.com"],
    ["first.last+tag@example.com", "first.last+tag@example.com", "first.last+tag@example.com"],
    ["name@bücher.example", "name@xn--bcher-kva.example", "name@xn--bcher-kva.example"],
    ["name@BÜCHER.example", "name@xn--bcher-kva.example", "name@xn--bcher-kva.example"],
    ["o'neil@example.com", "o'neil@example.com", "o'neil@example.com"],
    [
      "bounce+label@simulator.amazonses.com",
      "bounce+label@simulator.amazonses.com",
      "bounce+label@simulator.amazonses.com",
    ],
  ])("%s", (input, address, key) => {
    expect(parseAddress(input)).toEqual({ address, key });
  });
});

describe("refuses what is not one plain address", () => {
  it.each([
    "",
    "name",
    "@example.com",
    "name@",
    "name@localhost",
    "name@127.0.0.1",
    "name@0x7f.1",
    "name@[127.0.0.1]",
    "name@example..com",
    "name@-example.com",
    "name@example.com.",
    ".name@example.com",
    "name.@example.com",
    "na..me@example.com",
    "na me@example.com",
    "a@b@example.com",
    "a@example.com,b@example.com",
    "a@example.com;b@example.com",
    "a@example.com b@example.com",
    "name@example.com\r\nBcc: other@example.com",
    "name\n@example.com",
    "name@exam\tple.com",
    "name@exam\u0000ple.com",
    '"name"@example.com',
    "name(comment)@example.com",
    "name@example.com(comment)",
    "Name <name@example.com>",
    "<name@example.com>",
    "name@ex%61mple.com",
    "name@example.com/path",
    "name@example.com:25",
    "näme@example.com",
    `${"a".repeat(65)}@example.com`,
    `name@${"a".repeat(64)}.com`,
    `name@${"abcdefgh.".repeat(30)}com`,
  ])("%j", (input) => {
    expect(() => parseAddress(input)).toThrow(EmailError);
  });
});

it("is stable: what it returns, it returns again", () => {
  fc.assert(
    fc.property(fc.emailAddress(), (input) => {
      const first = parseAddress(input);
      expect(parseAddress(first.address)).toEqual(first);
      expect(parseAddress(first.key).key).toBe(first.key);
    }),
  );
});

it("lets through no character that ends a header or begins another address", () => {
  fc.assert(
    fc.property(fc.string({ unit: "binary" }), fc.string({ unit: "binary" }), (left, right) => {
      try {
        expect(parseAddress(`${left}@${right}`).address).toMatch(
          /^[\w.!#$%&'*+/=?^`{|}~-]+@[a-z\d.-]+$/,
        );
      } catch (error) {
        expect(error).toBeInstanceOf(EmailError);
      }
    }),
  );
});

it("does not repeat the input in its message, which may be logged", () => {
  expect(() => parseAddress("secret-token")).toThrow(/^(?!.*secret-token)/);
});
