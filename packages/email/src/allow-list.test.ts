import { expect, it } from "vitest";
import { isAllowed, parseAllowList } from "./allow-list.ts";

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

it("allows the addresses and domains of the list, and no subdomain", () => {
  const list = parseAllowList("name@example.com,bücher.example");
  const allowed = (to: string) => isAllowed(list, to);
  expect(["NAME@Example.com", "any@xn--bcher-kva.example"].filter(allowed)).toHaveLength(2);
  expect(["other@example.com", "any@sub.bücher.example"].filter(allowed)).toEqual([]);
});
