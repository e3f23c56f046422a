import fc from "fast-check";
import { expect, it } from "vitest";
import { EmailError } from "../error.ts";
import { keysOf } from "../keys.ts";
import { createSealer } from "../seal.ts";
import { createPreferenceLinks } from "./links.ts";

const appUrl = "https://app.example.com";
const [old, now, foreign] = ["a", "b", "c"].map((letter) => letter.repeat(32)) as [
  string,
  string,
  string,
];
const links = createPreferenceLinks({ keys: keysOf(now, old), appUrl });
const tokenOf = (link: string) => new URL(link).searchParams.get("token") ?? "";
const tokenFor = (address: string, category: string) =>
  tokenOf(links.of(address, category).unsubscribe);

it("opens what it has made, for every address and category", () => {
  fc.assert(
    fc.property(fc.emailAddress(), fc.string(), (address, category) => {
      fc.pre(!address.includes("=?"));
      const { unsubscribe, preferences } = links.of(address, category);
      const to = { address: address.toLowerCase() };
      expect(links.openUnsubscribe(tokenOf(unsubscribe))).toEqual({ ...to, category });
      expect(links.openPreferences(tokenOf(preferences))).toEqual(to);
      expect(links.openPreferences(tokenOf(links.preferencesOf(address)))).toEqual(to);
    }),
  );
});

it("says the language of the email, and opens older links that say none", () => {
  const { unsubscribe, preferences } = links.of("sam@example.com", "news", "de");
  expect(links.openUnsubscribe(tokenOf(unsubscribe)).locale).toBe("de");
  expect(links.openPreferences(tokenOf(preferences)).locale).toBe("de");
  const own = tokenOf(links.preferencesOf("sam@example.com", "de"));
  expect(links.openPreferences(own)).toEqual({ address: "sam@example.com", locale: "de" });
  const sealed = (parts: string[]) =>
    createSealer(keysOf(old)).seal("email preferences", parts).toString("base64url");
  expect(links.openPreferences(sealed(["sam@example.com"]))).toEqual({
    address: "sam@example.com",
  });
  expect(links.openUnsubscribe(sealed(["sam@example.com", "news"]))).toEqual({
    address: "sam@example.com",
    category: "news",
  });
});

it("leads to the two pages of the app, in a link that fits into a header", () => {
  const address = `${"a".repeat(64)}@${`${"b".repeat(60)}.`.repeat(2)}${"c".repeat(59)}.example`;
  const { unsubscribe, preferences } = links.of(address, "product-news");
  expect(unsubscribe).toMatch(/^https:\/\/app\.example\.com\/unsubscribe\?token=[\w.-]+$/);
  expect(preferences).toMatch(/^https:\/\/app\.example\.com\/email-preferences\?token=[\w.-]+$/);
  expect(`List-Unsubscribe: <${unsubscribe}>`.length).toBeLessThan(996);
});

it("shows nobody the address or the category, in no encoding", () => {
  // Long words: a random token has a short one now and then.
  const token = tokenFor("samantha@example.com", "announcements");
  const readable = [token, Buffer.from(token, "base64url").toString("latin1")];
  for (const text of readable) expect(text).not.toMatch(/samantha|example|announcements/i);
});

it("opens links of an older key, and none of a key that has been removed", () => {
  const before = createPreferenceLinks({ keys: keysOf(old), appUrl });
  const token = tokenOf(before.of("sam@example.com", "news").unsubscribe);
  expect(links.openUnsubscribe(token)).toEqual({ address: "sam@example.com", category: "news" });
  const rotated = createPreferenceLinks({ keys: keysOf(now), appUrl });
  expect(() => rotated.openUnsubscribe(token)).toThrow(EmailError);
  // New links are made with the newest key.
  expect(rotated.openUnsubscribe(tokenFor("sam@example.com", "news"))).toMatchObject({
    category: "news",
  });
});

it("refuses every forged or altered link with one error", () => {
  const genuine = tokenFor("sam@example.com", "news");
  const other = tokenFor("robin@example.com", "news");
  const forged = createPreferenceLinks({ keys: keysOf(foreign), appUrl });
  const foreignToken = tokenOf(forged.of("sam@example.com", "news").unsubscribe);
  const altered = [
    ...Array.from(genuine, (letter, at) => replaceAt(genuine, at, letter === "A" ? "B" : "A")),
    ...Array.from(genuine, (_, at) => genuine.slice(0, at)),
    `${genuine}A`,
    `${genuine}=`,
    ` ${genuine}`,
    genuine.toUpperCase(),
    genuine.replaceAll("-", "+").replaceAll("_", "/") + "/",
    foreignToken,
    // A link to the preferences, which names no category.
    tokenOf(links.preferencesOf("sam@example.com")),
    // The id of one key before the contents that another key has sealed.
    joined(genuine, foreignToken, 5),
    joined(foreignToken, genuine, 5),
    joined(genuine, other, 30),
    joined(genuine, other, 40),
    "",
    "undefined",
    "A".repeat(100_000),
  ];
  const errors = new Set(
    altered.map((token) => {
      try {
        return JSON.stringify(links.openUnsubscribe(token));
      } catch (error) {
        const { code, message } = error as EmailError;
        return `${code}: ${message}`;
      }
    }),
  );
  expect([...errors]).toEqual([expect.stringMatching(/^LINK_UNKNOWN: /)]);
});

/** The first bytes of one token, and the rest of another. */
const joined = (first: string, second: string, at: number) =>
  Buffer.concat([
    Buffer.from(first, "base64url").subarray(0, at),
    Buffer.from(second, "base64url").subarray(at),
  ]).toString("base64url");

const replaceAt = (text: string, at: number, by: string) =>
  text.slice(0, at) + by + text.slice(at + 1);
