import { describe, expect, it } from "vitest";
import { anyCharacter } from "@repo/testing/any-character";
import fc from "fast-check";
import { parseAddress, parseDomain } from "./address.ts";
import { EmailError } from "./error.ts";

const anyText = fc.string({ unit: anyCharacter });

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
    // The percent hack is one address at one domain: relays no longer follow it.
    ["a%example.org@example.com", "a%example.org@example.com", "a%example.org@example.com"],
    ["name@例え。テスト", "name@xn--r8jz45g.xn--zckzah", "name@xn--r8jz45g.xn--zckzah"],
    ["name@example\u3002com", "name@example.com", "name@example.com"],
    ["name@ｅｘａｍｐｌｅ．ｃｏｍ", "name@example.com", "name@example.com"],
    ["name@exam\u00adple.com", "name@example.com", "name@example.com"],
    ["\ufeffname@example.com\u00a0", "name@example.com", "name@example.com"],
    ["name@faß.example", "name@xn--fa-hia.example", "name@xn--fa-hia.example"],
    // Letters of another script make another domain, and the key shows that.
    ["name@\u0435\u0445ample.com", "name@xn--ample-ywe6i.com", "name@xn--ample-ywe6i.com"],
    [
      `${"a".repeat(64)}@${"b".repeat(63)}.example`,
      `${"a".repeat(64)}@${"b".repeat(63)}.example`,
      `${"a".repeat(64)}@${"b".repeat(63)}.example`,
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
    "name@example.com\u3002",
    "name@example\uff61\uff61com",
    "name@127\u30020\u30020\u30021",
    "name@[IPv6:::1]",
    "name@2130706433",
    "name＠example.com",
    "name@example.com\u2028other@example.org",
    "name@a\u2100b.example",
    "name@exam\uff0fple.com",
    "name@exam\uff05ple.com",
    "name@xn--\u00fc.example",
    "name@xn--a.example",
    "name@exam_ple.com",
    "name@\u200b.com",
    "@example.org:name@example.com",
    "@example.org,@example.net:name@example.com",
    "name@example.org@example.com",
    "name\\@example.com@example.org",
    '"name@example.org,"@example.com',
    '"\\"name"@example.com',
    "group:name@example.com;",
    "mailto:name@example.com?bcc=other@example.org",
    "name@example.com?cc=other@example.org",
    "name%0d%0aBcc:other@example.com",
    "=?utf-8?q?name?=@example.com,other@example.com",
    // One mailbox here, and a@evil.com for a mailer that decodes it.
    "=?utf-8?q?=61=40evil.com?=foo@example.com",
    "=?x?=@example.com",
    "name@example.com\\r\\nBcc:other@example.org",
    "\u0000name@example.com",
    "name\u202e@example.com",
    "n\u0430me@example.com",
    `${"a".repeat(1_000_000)}@example.com`,
    `name@${"a.".repeat(1_000_000)}com`,
    `name@${"\u00fc".repeat(100_000)}.example`,
    "@".repeat(100_000),
  ])("%.60j", (input) => {
    expect(() => parseAddress(input)).toThrow(EmailError);
  });
});

it("returns what it has returned, unchanged", () => {
  fc.assert(
    fc.property(fc.emailAddress(), (input) => {
      fc.pre(!input.includes("=?"));
      const first = parseAddress(input);
      expect(parseAddress(first.address)).toEqual(first);
      expect(parseAddress(first.key).key).toBe(first.key);
    }),
  );
});

it("lets through no character that ends a header or begins another address", () => {
  fc.assert(
    fc.property(anyText, anyText, (left, right) => {
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

const parsed = (input: string) => {
  try {
    return parseAddress(input);
  } catch (error) {
    expect(error).toBeInstanceOf(EmailError);
    return undefined;
  }
};

it("never takes two addresses for one, whatever separates them", () => {
  const between = fc.oneof(
    fc.string({ unit: anyCharacter, maxLength: 4 }),
    fc.constantFrom(",", ";", " ", "\r\n", "\u3002", "\u2028", ">,<", ":", "", '","', "%0a"),
  );
  fc.assert(
    fc.property(fc.emailAddress(), between, fc.emailAddress(), (one, separator, other) => {
      expect(parsed(one + separator + other)).toBeUndefined();
    }),
  );
});

it("gives a domain one key, in whatever form and case it is written", () => {
  const label = fc.stringMatching(/^[a-zäöüéñçåø]{1,12}$/);
  const dot = fc.constantFrom("\u3002", "\uff0e", "\uff61", ".");
  fc.assert(
    fc.property(label, label, dot, (name, top, stop) => {
      const key = parsed(`name@${name}.${top}`)?.key;
      expect(key).toBeDefined();
      for (const form of ["NFC", "NFD", "NFKC", "NFKD"] as const) {
        expect(parsed(`NAME@${`${name}${stop}${top}`.normalize(form)}`)?.key).toBe(key);
      }
      expect(parsed(`name@${name}${stop}${top}`.toUpperCase())?.key).toBe(key);
    }),
  );
});

it("gives SES the local part as it was typed, and 254 ASCII characters at most", () => {
  fc.assert(
    fc.property(anyText, fc.webAuthority(), (local, domain) => {
      const result = parsed(`${local}@${domain}`);
      if (!result) return;
      expect(result.address.slice(0, result.address.lastIndexOf("@"))).toBe(local.trimStart());
      expect(result.address).toMatch(/^[!-~]{3,254}$/);
      expect(result.key).toBe(result.address.toLowerCase());
    }),
  );
});

it("accepts the domain that it has returned, unchanged", () => {
  fc.assert(
    fc.property(anyText, (input) => {
      const domain = parseDomain(input);
      if (domain !== undefined) expect(parseDomain(domain)).toBe(domain);
    }),
  );
});

it("does not repeat the input in its message, which may be logged", () => {
  expect(() => parseAddress("secret-token")).toThrow(/^(?!.*secret-token)/);
});
