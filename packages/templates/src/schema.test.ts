import { describe, expect, it } from "vitest";
import { z } from "zod";
import { type Schema, personName, webUrl } from "./schema.ts";

describe("props", () => {
  const rest = { category: "account", onUnknown: "hold", expiry: 60 } as const;

  it("should be values that JSON can carry, or the type check fails", () => {
    const day = { props: z.object({ day: z.iso.date(), note: z.string().optional() }), ...rest };
    day satisfies Schema;
    const instant = { props: z.object({ day: z.date() }), ...rest };
    // @ts-expect-error A Date would come back as a text, and the worker could not render the email.
    instant satisfies Schema;
    const read = {
      props: z.object({ day: z.iso.date().transform((text) => new Date(text)) }),
      ...rest,
    };
    // @ts-expect-error What is stored is what the schema has made of the props.
    read satisfies Schema;
  });
});

describe("personName", () => {
  it.each([
    ["Sam Sample", "Sam Sample"],
    ["  Sam\n Sample ", "Sam Sample"],
    ["Zoë O’Brien-Smith Jr.", "Zoë O’Brien-Smith Jr."],
    ["J. R. R. Tolkien", "J. R. R. Tolkien"],
    ["عائشة", "عائشة"],
    ["山田 太郎", "山田 太郎"],
    ["नरेन्द्र", "नरेन्द्र"],
    ["علی\u200cرضا", "علی\u200cرضا"],
  ])("should keep the name %j", (name, shown) => {
    expect(personName.parse(name)).toBe(shown);
  });

  it.each([
    "<b>Sam</b>",
    "https://evil.example",
    "Win at evil.com",
    "Win at evil．com",
    "www.evil.example/?a=b",
    "Call +1 555 0100",
    "you@example.com",
    "Sam\u0000",
    "Sam\u202eelpmaS",
    "\u2066Sam\u2069",
    "A".repeat(51),
    "👋",
    "",
  ])("should leave out %j", (name) => {
    expect(personName.parse(name)).toBe("");
  });

  it("should leave out a name of megabytes", () => {
    expect(personName.parse("a. ".repeat(1_000_000))).toBe("");
  });

  it.each([undefined, null, 1, {}, ["Sam"]])("should refuse %j", (name) => {
    expect(personName.safeParse(name).success).toBe(false);
  });
});

describe("webUrl", () => {
  it.each([
    ["https://example.com/a?b=c&d", "https://example.com/a?b=c&d"],
    ["http://localhost:3000/verify-email?token=x", "http://localhost:3000/verify-email?token=x"],
    ["https://example.com/a\r\nb", "https://example.com/ab"],
    ['https://example.com/" onclick="x', "https://example.com/%22%20onclick=%22x"],
  ])("should write %j as the parser does", (url, written) => {
    expect(webUrl.parse(url)).toBe(written);
  });

  it.each([
    "javascript:alert(1)",
    "JavaScript:alert(1)",
    " javascript:alert(1)",
    "data:text/html,x",
    "//example.com",
    "/verify-email",
    "example.com",
    "https://",
    "",
    `https://example.com/${"a".repeat(2000)}`,
    null,
    1,
  ])("should refuse %j", (url) => {
    expect(webUrl.safeParse(url).success).toBe(false);
  });
});
