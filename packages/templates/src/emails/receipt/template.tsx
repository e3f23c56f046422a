import { Facts, Greeting, Note, Paragraph, Table, TextLink, Title } from "../../parts.ts";
import { type Template, preview } from "../../template.tsx";
import { de } from "./de.ts";
import { en } from "./en.ts";
import { schema, total } from "./schema.ts";

export const template: Template<typeof schema, typeof en> = {
  texts: { en, de },
  Content: ({ name, number, paidOn, currency, lines, tax, url }, t, formats) => {
    const money = (amount: number) => formats.money(amount, currency);
    return (
      <>
        <Title>{t.title}</Title>
        <Greeting name={name} />
        <Paragraph>{t.received}</Paragraph>
        <Facts
          rows={[
            { name: t.receipt, value: number },
            { name: t.paidOn, value: formats.date(new Date(paidOn)) },
          ]}
        />
        <Table
          caption={t.caption}
          head={[t.item, t.quantity, t.amount]}
          rows={lines.map(({ what, quantity, amount }) => [
            what,
            formats.number(quantity),
            money(amount),
          ])}
          totals={[
            { name: t.tax, value: money(tax) },
            { name: t.total, value: money(total(lines)) },
          ]}
        />
        <Paragraph>
          {t.allReceipts} <TextLink href={url}>{t.payments}</TextLink>
        </Paragraph>
        <Note>{t.wrong}</Note>
      </>
    );
  },
  cases: {
    usual: {
      name: "Sam Sample",
      number: "2026-0017",
      paidOn: "2026-05-04",
      currency: "EUR",
      lines: [
        { what: "Rice, 2 kg", quantity: 1, amount: 4.2 },
        { what: "Olive oil, 0.3 l", quantity: 2, amount: 12.92 },
      ],
      tax: 1.12,
      url: "https://example.com/payments",
    },
    "many lines, no name": {
      name: "",
      number: "2026-0018",
      paidOn: "2026-12-31",
      currency: "JPY",
      lines: Array.from({ length: 40 }, (_, index) => ({
        what: `A line with a long description that takes more than one line, no. ${index + 1}`,
        quantity: 12,
        amount: 1200,
      })),
      tax: 4363,
      url: "https://example.com/payments",
    },
  },
};

export default preview(schema, template);
