import { expect, test } from "vitest";
import type { Content } from "./message.ts";
import { hasDarkStyles, preview } from "./preview.ts";

const show = (html: string, scheme: "light" | "dark", raw = "") =>
  preview({ html } as Content, async () => Buffer.from(raw.replaceAll("\n", "\r\n")), {
    scheme,
    images: true,
  });

const styled =
  "<!doctype html><html><head><style>@media (prefers-color-scheme: dark){p{color:#fff}}</style></head><p>Hi";

test("should apply the email's own dark styles in the dark scheme only", async () => {
  expect(hasDarkStyles(styled)).toBe(true);
  expect(await show(styled, "dark")).toContain("@media (min-width:0px){p");
  expect(await show(styled, "light")).toContain("@media (max-width:0px){p");
  expect(await show(styled, "dark")).not.toContain("invert");
});

test("should invert an email without dark styles", async () => {
  expect(hasDarkStyles("<p style='color:black'>Hi")).toBe(false);
  expect(await show("<p>Hi", "dark")).toContain("filter:invert(1)");
  expect(await show("<p>Hi", "light")).not.toContain("invert");
});

test("should recognise dark styles by a meta element alone", () => {
  expect(hasDarkStyles('<meta name="color-scheme" content="light dark">')).toBe(true);
  expect(hasDarkStyles('<meta name="color-scheme" content="light only">')).toBe(false);
});

test("should open links in a new tab and keep the doctype first", async () => {
  const html = await show(styled, "light");
  expect(html).toMatch(/^<!doctype html><html><head><base target="_blank">/);
  expect(await show("<p>Hi", "light")).toMatch(/^<!doctype html><base target="_blank">/);
});

test("should load pictures of a website from another address, and leave its links", async () => {
  const website = "https://example.com";
  const html = `<a href="${website}/a"><img src="${website}/a.png"></a><img src="${website}.org/b.png">`;
  const pictures = { of: website, from: "http://localhost:3000" };
  const options = { scheme: "light", images: true, pictures } as const;
  expect(await preview({ html } as Content, async () => Buffer.of(), options)).toContain(
    `<a href="${website}/a"><img src="http://localhost:3000/a.png"></a><img src="${website}.org/b.png">`,
  );
});

test("should show attached images", async () => {
  const raw = `From: a@example.com
Content-Type: multipart/related; boundary=b

--b
Content-Type: text/html

<img src="cid:logo">
--b
Content-Type: image/png
Content-ID: <logo>
Content-Transfer-Encoding: base64

iVBORw==
--b
Content-Type: image/png
Content-ID: <logo-dark>
Content-Transfer-Encoding: base64

AAAA
--b--
`;
  const html = await show('<img src="cid:logo"><img src="cid:logo-dark">', "light", raw);
  const image = (base64: string) => `<img src="data:image/png;base64,${base64}">`;
  expect(html).toContain(image("iVBORw==") + image("AAAA"));
});
