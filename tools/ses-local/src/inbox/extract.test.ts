import { expect, test } from "vitest";
import { extractCodes, extractLinks } from "./extract.ts";

test("should find each link once, in order, with its text", () => {
  const html = `
    <!-- <a href="https://example.com/hidden">hidden</a> -->
    <a class="logo" href='https://example.com/'><img src="x.png"></a>
    <A HREF="https://example.com/verify?token=a&amp;next=%2F" style="color:red"><b>Verify</b>
      my&nbsp;email</A>
    <a href=https://example.com/bare>Bare</a>
    <a href="mailto:help@example.com">Help</a> <a href="javascript:alert(1)">x</a>
    <a href="https://example.com/verify?token=a&amp;next=%2F">https://example.com/verify?token=a&amp;next=%2F</a>`;
  const text =
    "Verify: https://example.com/verify?token=a&next=%2F\nOr (https://example.org/a_(b)).";
  expect(extractLinks(html, text)).toEqual([
    { url: "https://example.com/", label: "" },
    { url: "https://example.com/verify?token=a&next=%2F", label: "Verify my email" },
    { url: "https://example.com/bare", label: "Bare" },
    { url: "https://example.org/a_(b)", label: "" },
  ]);
});

test.each([
  ["see https://example.com/a.", "https://example.com/a"],
  ["<https://example.com/a>", "https://example.com/a"],
  ["(https://example.com/a)", "https://example.com/a"],
  ["[link](https://example.com/a), then", "https://example.com/a"],
  ["https://example.com/?a=b&c=d#e!", "https://example.com/?a=b&c=d#e"],
  ["https://example.com/?token=abc_", "https://example.com/?token=abc_"],
  ["Open https://example.com/?token=abc*, then", "https://example.com/?token=abc*"],
  ["_https://example.com/a_", "https://example.com/a"],
  ["**https://example.com/a**", "https://example.com/a"],
])("should end the link in %j where the prose goes on", (text, url) => {
  expect(extractLinks("", text)).toEqual([{ url, label: "" }]);
});

test("should read a tag to its end, even with a > in an attribute", () => {
  const html = `<p title="a > b">See</p>
    <a title="1 > 0" data-x='>' href="https://example.com/a_">Open <img alt="->" src="x.png">it</a>`;
  expect(extractLinks(html, "")).toEqual([{ url: "https://example.com/a_", label: "Open it" }]);
  expect(extractCodes("", '<p>Your code</p><p title=" > 481516 "><b>2342</b></p>', "")).toEqual([
    "2342",
  ]);
});

test.each([
  ["Your code is 481516.", ["481516"]],
  ["Use 4815 as your one-time code", ["4815"]],
  ["Your verification code:\n\n481 516\n\nIt expires in 10 minutes.", ["481 516"]],
  ["Enter this code to sign in:\r\n\r\n   481-516\r\nBye", ["481-516"]],
  ["Your login code: ABX4-9KQ2", ["ABX4-9KQ2"]],
  ["OTP: 12345678", ["12345678"]],
  ["Passcode\nK7Q9TX\nThanks", ["K7Q9TX"]],
  ["G-481516 is your code", ["481516"]],
  ["Your PIN is 0042. Never share it.", ["0042"]],
])("should find the one-time code in %j", (text, codes) => {
  expect(extractCodes("", "", text)).toEqual(codes);
});

test("should find a code in the subject and in HTML without a text part", () => {
  expect(extractCodes("481516 is your code", "", "Hello")).toEqual(["481516"]);
  expect(
    extractCodes(
      "Sign in",
      "<style>p{color:#123456}</style><p>Your code</p><p><b>481516</b></p>",
      "",
    ),
  ).toEqual(["481516"]);
});

test.each([
  "Invoice 20311 of 2026 for $4815.16 is due on 2026-11-24.",
  "Use promo code SAVE2026 before 2026.",
  "Our zip code is 94107. Call 555 0100.",
  "https://example.com/code/481516",
  "Reset your password: https://example.com/reset?token=481516",
  "© 2026 Example. This link works for 30 minutes.",
  "Your code review of #481516 is waiting.",
])("should take nothing in %j for a one-time code", (text) => {
  expect(extractCodes("", "", text)).toEqual([]);
});

test("should find the code after a long row of dashes", () => {
  expect(extractCodes("", "", `${"-".repeat(200_000)}\nYour code: 481516`)).toEqual(["481516"]);
  // Milliseconds are enough. In quadratic time it would take longer than this.
}, 10_000);

test("should stay fast on hostile input", () => {
  const hostile = `${"<a ".repeat(20_000)}${`<a "' `.repeat(20_000)}${`"`.repeat(50_000)}${"https://example.com/(".repeat(5_000)}${"1234 ".repeat(20_000)} code`;
  expect(extractLinks(hostile, hostile).length).toBeGreaterThan(0);
  expect(extractCodes("", hostile, "")).toBeDefined();
});
