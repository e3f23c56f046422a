import { readFileSync } from "node:fs";
import { brand } from "@repo/brand";
import { expect, it } from "vitest";
import { z } from "zod";
import { renderTemplate } from "./render-template.ts";
import { Action, Greeting, Image, List, Note, Paragraph, TextLink, Title } from "./parts.ts";
import * as parts from "./parts.ts";
import { Masthead } from "./layout/masthead.tsx";
import EveryPart from "./emails/every-part.tsx";
import { toHtml } from "./html.tsx";
import { type Schema, personName, webUrl } from "./schema.ts";
import type { Template } from "./template.tsx";
import { attributes } from "./test-document.ts";
import { everywhere } from "./test-texts.ts";
import { faults } from "./test-valid.ts";
import { toText } from "./text.ts";

// The parts that emails are made of, in an email that is in no registry.

const schema = {
  props: z.object({ reader: personName, track: webUrl, items: z.array(z.string()) }),
  category: "account",
  onUnknown: "hold",
  expiry: 60,
} as const satisfies Schema;

const usual = {
  reader: "Zoë O’Brien-Smith",
  track: "https://example.com/track?order=12&token=secret",
  items: ["Rice, 2 kg", "Olive oil, 0.3 l"],
};

const logo = { file: "logo.png", width: 120, height: 32 };
const website = "https://shop.example";

const reason = "You get this email because you ordered.";

const view: Template<typeof schema> = {
  texts: everywhere({
    subject: "Your order is on its way",
    preheader: "It arrives tomorrow.",
    reason,
  }),
  Content: ({ reader, track, items }) => (
    <>
      <Masthead brand={{ name: "Shop & Sons", logo, website }} />
      <Title>Your order is on its way</Title>
      <Greeting name={reader} />
      <Paragraph>It has:</Paragraph>
      <List items={items} />
      <Image src="https://example.com/parcel.png" alt="The parcel" width={480} height={270} />
      <Action href={track}>Track it</Action>
      <Paragraph>
        Not at home? <TextLink href="https://example.com/later">Choose another day</TextLink>
      </Paragraph>
      <Note>It arrives tomorrow.</Note>
    </>
  ),
  cases: { usual },
};

const show = (props: Partial<typeof usual> = {}) =>
  renderTemplate(schema, view, { ...usual, ...props }, "en");

it("should make a valid, accessible document that supports dark mode", async () => {
  const { html } = show({ items: Array.from({ length: 40 }, (_, index) => `Item ${index + 1}`) });
  expect(await faults(html)).toEqual([]);
  expect(html).toMatch(/^<!DOCTYPE html><html /);
  expect(html).toContain('<meta name="color-scheme" content="light dark"/>');
  expect(html).toContain("@media (prefers-color-scheme:dark)");
});

it("should say in HTML and in text why this person gets it, and from where", () => {
  const { html, text } = show();
  expect(html).toContain(reason);
  expect(text).toContain(reason);
  expect(text).toContain(brand.postalAddress);
  // It has a link only if the email can be unsubscribed from.
  expect(text).not.toContain("Unsubscribe");
});

it("should greet by name, isolated from the text around it", () => {
  const { html, text } = show();
  expect(html).toContain("<bdi>Zoë O’Brien-Smith</bdi>");
  expect(text).toContain("Hi Zoë O’Brien-Smith,");
});

it("should show nothing of a name that is an advert", () => {
  const plain = show({ reader: "" });
  const hostile = '<b>Win</b> "at" https://evil.example\r\nBcc: all@example.org \u202e';
  expect(show({ reader: hostile })).toEqual(plain);
  expect(plain.text).toContain("Hello,");
});

it("should have the link of an action in its button and below it, and once in the text", () => {
  const { html, text } = show();
  const escaped = usual.track.replaceAll("&", "&amp;");
  expect(attributes(html, "href").filter((href) => href === usual.track)).toHaveLength(2);
  expect(html).toContain(`>${escaped}</a>`);
  expect(text.split("\n").filter((line) => line.startsWith("https://"))).toEqual([usual.track]);
});

it("should have the address of a link in a text after its label, and nothing after that", () => {
  const { html, text } = show();
  expect(html).toContain(">Choose another day</a>");
  expect(text).toContain("Not at home? Choose another day https://example.com/later\n\n");
});

it("should escape what a link carries", () => {
  const { html } = show({ track: `${usual.track}&a="><script>alert(1)</script>` });
  expect(html).not.toContain("<script");
  expect(html).toContain("&amp;a=%22%3E%3Cscript%3E");
});

it("should refuse a link to a script, without repeating it", () => {
  const drawn = () => show({ track: "javascript:alert('secret')" });
  expect(drawn).toThrow(expect.objectContaining({ name: "ZodError" }));
  expect(drawn).not.toThrow("secret");
});

it("should write each item of a list on its own line in the text, and leave pictures out", () => {
  const { html, text } = show();
  expect(text).toContain("It has:\n\n * Rice, 2 kg\n * Olive oil, 0.3 l\n\nTrack it");
  expect(html).toContain('alt="The parcel"');
  expect(text).not.toContain("parcel");
  expect(html).not.toContain("preload");
});

it("should show a logo by its address on the internet, and the name where it does not load", () => {
  const { html, text } = show();
  expect(html).toMatch(
    /<img [^>]*alt="Shop &amp; Sons" height="32" src="https:\/\/shop\.example\/logo\.png"[^>]* width="120"\/>/,
  );
  // The text has the product's name in the footer.
  expect(text).not.toContain("Shop");
});

it("should show the name of a brand without a logo", () => {
  const named = {
    ...view,
    Content: () => <Masthead brand={{ name: "Shop", logo: null, website }} />,
  };
  const { html, text } = renderTemplate(schema, named, usual);
  expect(html).toMatch(/<p [^>]*>Shop<\/p>/);
  expect(text).not.toContain("Shop");
});

it("should show every part in the preview", () => {
  const page = readFileSync(new URL("emails/every-part.tsx", import.meta.url), "utf8");
  expect(Object.keys(parts).filter((part) => !page.includes(`<${part}`))).toEqual([]);
});

it("should read as plain text, each part as it says", () => {
  const lines = toText(toHtml(<EveryPart locale="en" />)).split("\n");
  expect(lines.map((line) => line.trimEnd()).join("\n")).toBe(`Title: what the email is about

Hi Sam Sample,

Paragraph: the text of an email. Link https://example.com/link

The action
https://example.com/action?token=Zm9vYmFyYmF6

Heading: a code

482913

A list

 * Rice, 2 kg
 * Olive oil, 0.3 l

Facts

Order          17
Delivered to   Sam Sample
Track it       Where it is https://example.com/track

A table with totals

Order 17

What               Quantity   Amount
Rice, 2 kg         1          €4.20
Olive oil, 0.3 l   2          €11.80
VAT, 7 %                      €1.12
Total                         €17.12

Callout: what nobody should miss.

> Quote: the words of a person.
>
> Robin Example

Columns

They stack on a phone.

A button
https://example.com/button

----------------------------------------

Note: small print, after a divider.

You get this email because the footer of every email of ${brand.name} says why.

${brand.name} · Questions? Write to ${brand.supportEmail}

${brand.postalAddress}

Unsubscribe https://example.com/unsubscribe?token=Zm9vYmFyYmF6

Email preferences https://example.com/email-preferences?token=Zm9vYmFyYmF6`);
});

it("should leave a list's missing items out", () => {
  const html = toHtml(<List items={["a", false, null, "b"]} />);
  expect(html.match(/<li/g)).toHaveLength(2);
});
