import { anyCharacter } from "@repo/testing/any-character";
import fc from "fast-check";
import { expect, it } from "vitest";
import { EmailError } from "./error.ts";
import { formatMailbox, parseMailbox } from "./mailbox.ts";

const address = "hello@example.com";

it.each([
  ["hello@example.com", "", "hello@example.com"],
  ["<hello@example.com>", "", "hello@example.com"],
  ["Example <hello@example.com>", "Example", "Example <hello@example.com>"],
  ['"Example" <hello@example.com>', "Example", "Example <hello@example.com>"],
  ["Example, Inc. <hello@example.com>", "Example, Inc.", '"Example, Inc." <hello@example.com>'],
  ["O'Neil (sales) <hello@example.com>", "O'Neil (sales)", `"O'Neil (sales)" <${address}>`],
  ["Café Süd <hello@example.com>", "Café Süd", "=?UTF-8?B?Q2Fmw6kgU8O8ZA==?= <hello@example.com>"],
  ["Shop <hello@bücher.example>", "Shop", "Shop <hello@xn--bcher-kva.example>"],
])("reads %s and writes it as the header needs it", (input, name, header) => {
  const mailbox = parseMailbox(input);
  expect(mailbox.name).toBe(name);
  expect(formatMailbox(mailbox)).toBe(header);
});

it.each([
  "",
  "Example",
  "Example <>",
  "Example <hello>",
  "Example <hello@example.com",
  "Example <hello@example.com> x",
  "Example hello@example.com",
  "a@example.com, Example <hello@example.com>",
  "Example <a@example.com>, <b@example.com>",
  "a@example.com <hello@example.com>",
  'A" <a@example.com>, "B <hello@example.com>',
  "Example\r\nBcc: a@example.org <hello@example.com>",
  "Example\r\n <hello@example.com>",
  "Send\u0000off <hello@example.com>",
  "Send\u2028off <hello@example.com>",
  "Send\\off <hello@example.com>",
  // Some mailers decode it, inside quotes too.
  "=?utf-8?q?x?= <hello@example.com>",
  '"=?utf-8?q?admin=40example.org?=" <hello@example.com>',
  `${"あ".repeat(100)} <hello@example.com>`,
])("refuses %j", (input) => {
  expect(() => parseMailbox(input)).toThrow(EmailError);
});

it("splits a name into words of 75 characters at most, which together decode to the name", () => {
  fc.assert(
    fc.property(fc.string({ unit: "grapheme", minLength: 1, maxLength: 40 }), (name) => {
      const header = formatMailbox({ name: `${name}é`, address });
      const words = [...header.matchAll(/=\?UTF-8\?B\?(.*?)\?=/g)];
      expect(words.every(([word]) => word.length <= 75)).toBe(true);
      const text = words.map(([, base64 = ""]) => Buffer.from(base64, "base64").toString());
      expect(text.join("")).toBe(`${name}é`);
      expect(header.endsWith(` <${address}>`)).toBe(true);
    }),
  );
});

it("lets no name begin another header or another address", () => {
  fc.assert(
    fc.property(fc.string({ unit: anyCharacter, maxLength: 30 }), (name) => {
      try {
        const header = formatMailbox(parseMailbox(`${name}<${address}>`));
        expect(header).toMatch(/^(?:[ -!#-;=?A-~]+ |"[^"\\@<>]+" )?<?hello@example\.com>?$/);
      } catch (error) {
        expect(error).toBeInstanceOf(EmailError);
      }
    }),
  );
});
