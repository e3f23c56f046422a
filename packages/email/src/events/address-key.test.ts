import { expect, it } from "vitest";
import { addressKey } from "./address-key.ts";

it.each([
  ["as it is", "name@example.com"],
  ["in capitals", "Name@EXAMPLE.com"],
  ["with a name", '"Sam, Sample" <name@example.com>'],
  ["in brackets alone", " <name@example.com> "],
  ["with its type", "rfc822;name@example.com"],
  ["with its type and a space", "RFC822; name@example.com"],
  ["with the type of RFC 6533", "utf-8;name@example.com"],
  ["with a full stop at its end", "name@example.com."],
  ["with a full stop in brackets", "<name@example.com.>"],
  ["with a comment behind it", "name@example.com (Sam Sample)"],
  ["with all of these", "Sam <rfc822; Name@example.com. (Sam)> "],
])("should be the same for an address %s", (_, reported) => {
  expect(addressKey(reported)).toBe("name@example.com");
});

it.each([
  ["two addresses", "name@example.com, other@example.com"],
  ["two in brackets", "<name@example.com><other@example.com"],
  ["a route", "<@relay.example:name@example.com>"],
  ["a comment in front", "(Sam) name@example.com"],
  ["another type", "x400;name@example.com"],
  ["two full stops", "name@example.com.."],
])("should not find an address in %s, and still have a key", (_, reported) => {
  expect(addressKey(reported)).not.toBe("name@example.com");
  expect(addressKey(reported)).not.toBe("");
});
