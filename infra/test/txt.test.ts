import fc from "fast-check";
import { expect, test } from "vitest";
import { quoteTxt, unquoteTxt } from "../src/dns/txt.ts";

const value = fc.string({
  unit: fc.integer({ min: 32, max: 126 }).map((code) => String.fromCharCode(code)),
  maxLength: 900,
});

test("a value of any length comes back as it was", () => {
  fc.assert(
    fc.property(value, (text) => {
      expect(unquoteTxt(quoteTxt(text))).toBe(text);
    }),
  );
});

test("no string of it is longer than 255 bytes", () => {
  fc.assert(
    fc.property(value, (text) => {
      const strings = quoteTxt(text).match(/"(?:[^"\\]|\\.)*"/g) ?? [];
      expect(strings.join(" ")).toBe(quoteTxt(text));
      for (const part of strings) {
        expect(part.slice(1, -1).replaceAll(/\\(.)/g, "$1").length).toBeLessThanOrEqual(255);
      }
    }),
  );
});

test("a value that is not quoted is itself", () => {
  expect(unquoteTxt("v=spf1 -all")).toBe("v=spf1 -all");
});
