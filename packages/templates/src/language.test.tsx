import { type Locale, defaultLocale } from "@repo/locales";
import { expect, it } from "vitest";
import { z } from "zod";
import EveryPart from "./emails/every-part.tsx";
import { toHtml } from "./html.tsx";
import { Greeting, List, Paragraph, Title } from "./parts.ts";
import { renderTemplate } from "./render-template.ts";
import { type Schema, personName } from "./schema.ts";
import type { Template, Texts } from "./template.tsx";
import { everywhere } from "./test-texts.ts";
import { faults } from "./test-valid.ts";

const schema = {
  props: z.object({ name: personName, items: z.array(z.string()), paid: z.number() }),
  category: "account",
  onUnknown: "hold",
  expiry: 60,
} as const satisfies Schema;

const english = {
  subject: "Your order",
  title: "Your order",
  preheader: "It is paid.",
  reason: "You ordered.",
  paid: ({ paid }, { number }) => `Paid: ${number(paid)}`,
} satisfies Texts<typeof schema>;

// No language of the product has to be written from right to left for this test.
const texts: Record<Locale | "ar" | "pt-BR", typeof english> = {
  ...everywhere(english),
  ar: {
    subject: "طلبك",
    preheader: "تم الدفع.",
    reason: "لقد طلبت شيئًا.",
    title: "طلبك",
    paid: ({ paid }, { number }) => `المبلغ المدفوع ${number(paid)}`,
  },
  "pt-BR": { ...english, subject: "Seu pedido" },
};

const template: Template<typeof schema, typeof english> = {
  texts,
  Content: ({ name, items }, { title, paid }) => (
    <>
      <Title>{title}</Title>
      <Greeting name={name} />
      <Paragraph>{paid}</Paragraph>
      <List items={items} />
    </>
  ),
  cases: { usual: { name: "Sam", items: ["Rice", "زيت"], paid: 1234.5 } },
};

const show = (locale?: string) => renderTemplate(schema, template, template.cases.usual, locale);

it("should use the texts of the language, or the product's", () => {
  expect(show("pt-BR").subject).toBe("Seu pedido");
  expect(show("pt-br").html).toContain(' lang="pt-BR"');
  expect(show("ar-EG").subject).toBe("طلبك");
  for (const locale of [defaultLocale, "ja", "", "no language at all"]) {
    expect(show(locale)).toEqual(show());
  }
});

it("should write an Arabic email from right to left, with its own numbers, and stay valid", async () => {
  const { subject, html, text } = show("ar");
  expect(subject).toBe("طلبك");
  expect(html).toContain('<html dir="rtl" lang="ar">');
  expect(html).toContain('<table lang="ar" dir="rtl"');
  expect(html).toContain("<title>طلبك</title>");
  expect(await faults(html)).toEqual([]);
  const paid = `المبلغ المدفوع ${new Intl.NumberFormat("ar").format(1234.5)}`;
  expect(html).toContain(paid);
  expect(text).toContain(`${paid}\n\n * Rice\n * زيت\n\nلقد طلبت شيئًا.`);
  // The name of a person stays apart from the text around it.
  expect(html).toContain("<bdi>Sam</bdi>");
});

it("should fail the type check if a text or a language is missing", () => {
  const { paid: _, ...rest } = english;
  // @ts-expect-error -- a text is missing
  const incomplete: typeof english = rest;
  // @ts-expect-error -- a language is missing
  const without: Template<typeof schema>["texts"] = {};
  expect([incomplete, without]).toHaveLength(2);
});

/** The tags of a document's body, as a mirror shows them. */
function mirrored(html: string): string[] {
  const turn = (side: string) => (side === "left" ? "right" : "left");
  return tagsOf(
    html
      .replaceAll(
        /\b(border-|margin-|padding-|text-align:|align=")(left|right)\b/g,
        (_, name: string, side: string) => name + turn(side),
      )
      .replaceAll(
        /\b(padding|margin):([\w.]+) ([\w.]+) ([\w.]+) ([\w.]+)(?=[;"])/g,
        "$1:$2 $5 $4 $3",
      ),
  );
}

/** With the styles in one order, because a mirror does not change that order. */
function tagsOf(html: string): string[] {
  const [, body = ""] = html.split(/(?=<body)/);
  return body
    .replaceAll(/style="([^"]*)"/g, (_, style: string) => style.split(";").toSorted().join(";"))
    .split(/(?=<)/);
}

it("should mirror every part of an email that is written from right to left", () => {
  const draw = (locale: string) => toHtml(<EveryPart locale={locale} />);
  const arabic = draw("ar");
  expect(arabic).toContain("border-right:4px");
  // Both have the texts of the product's language.
  const latin = draw(defaultLocale).replace(/lang="[^"]*" dir="ltr"/, 'lang="ar" dir="rtl"');
  expect(tagsOf(arabic)).toEqual(mirrored(latin));
});

it("should keep codes and addresses from left to right", () => {
  const arabic = toHtml(<EveryPart locale="ar" />);
  expect(arabic).toMatch(/<p [^>]*dir="ltr"[^>]*>482913<\/p>/);
  expect(arabic).toMatch(/<a [^>]*dir="ltr"[^>]*>https:\/\/example\.com\/action/);
});
