import { expect, it } from "vitest";
import { parseAllowList } from "./allow-list.ts";

it("sorts addresses from domains, each under the key that messages have", () => {
  expect(
    parseAllowList(" Name+Tag@Example.com, bücher.example,@EXAMPLE.org ,qa@bücher.example"),
  ).toEqual({
    addresses: ["name+tag@example.com", "qa@xn--bcher-kva.example"],
    domains: ["xn--bcher-kva.example", "example.org"],
  });
});

it.each([
  "",
  ",",
  "a@example.com,",
  "example",
  "*",
  "*.example.com",
  "a@b@example.com",
  "10.0.0.1",
])("refuses %j, and does not repeat it", (input) => {
  const refused = expect.objectContaining({ code: "INVALID_ALLOW_LIST" });
  expect(() => parseAllowList(input)).toThrow(refused);
});
