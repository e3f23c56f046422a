import { brand } from "@repo/brand";
import { Facts, Greeting, Note, Paragraph, Table, TextLink, Title } from "../../parts.ts";
import { type Template, preview } from "../../template.tsx";
import { schema } from "./schema.ts";

const date = new Intl.DateTimeFormat("en", { dateStyle: "long", timeZone: "UTC" });

export const template: Template<typeof schema> = {
  subject: ({ number }) => `Your receipt ${number} from ${brand.name}`,
  preheader: ({ lines, currency }) =>
    `We have received your payment of ${money(currency)(total(lines))}. Thank you.`,
  reason: `You get this email because you paid for something at ${brand.name}.`,
  Content: ({ name, number, paidOn, currency, lines, tax, url }) => {
    const format = money(currency);
    return (
      <>
        <Title>Thank you for your payment</Title>
        <Greeting name={name} />
        <Paragraph>We have received your payment. This is your receipt.</Paragraph>
        <Facts
          rows={[
            { name: "Receipt", value: number },
            { name: "Paid on", value: date.format(new Date(paidOn)) },
          ]}
        />
        <Table
          caption="What you paid for"
          head={["Item", "Quantity", "Amount"]}
          rows={lines.map(({ what, quantity, amount }) => [what, String(quantity), format(amount)])}
          totals={[
            { name: "Tax included", value: format(tax) },
            { name: "Total", value: format(total(lines)) },
          ]}
        />
        <Paragraph>
          All your receipts: <TextLink href={url}>See my payments</TextLink>
        </Paragraph>
        <Note>Is something wrong? Write to the address below. A person reads it.</Note>
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

function total(lines: { amount: number }[]): number {
  return lines.reduce((sum, { amount }) => sum + amount, 0);
}

function money(currency: string): (amount: number) => string {
  const numbers = new Intl.NumberFormat("en", { style: "currency", currency });
  return (amount) => numbers.format(amount);
}

export default preview(schema, template);
