import { brand, publicUrl } from "@repo/brand";
import { defaultLocale } from "@repo/locales";
import { Layout } from "../layout/layout.tsx";
import {
  Action,
  Button,
  Callout,
  Code,
  Columns,
  Divider,
  Facts,
  Greeting,
  Heading,
  Image,
  List,
  Note,
  Paragraph,
  Quote,
  Table,
  TextLink,
  Title,
} from "../parts.ts";
import { exampleLinks } from "../template.tsx";

/**
 * A page of the preview that shows every part. It is no email: nothing can send it. With `ar` as
 * the `locale` it is written from right to left.
 */
export default function EveryPart({ locale }: { locale?: string }) {
  return (
    <Layout
      locale={locale ?? defaultLocale}
      subject="Every part of an email"
      preheader="The preheader follows the subject in an inbox, and is not shown in the email."
      reason={`You get this email because the footer of every email of ${brand.name} says why.`}
      links={exampleLinks}
    >
      <Title>Title: what the email is about</Title>
      <Greeting name="Sam Sample" />
      <Paragraph>
        Paragraph: the text of an email. <TextLink href="https://example.com/link">Link</TextLink>
      </Paragraph>
      <Action href="https://example.com/action?token=Zm9vYmFyYmF6">The action</Action>

      <Heading>Heading: a code</Heading>
      <Code>482913</Code>

      <Heading>A list</Heading>
      <List items={["Rice, 2 kg", "Olive oil, 0.3 l"]} />

      <Heading>Facts</Heading>
      <Facts
        rows={[
          { name: "Order", value: "17" },
          { name: "Delivered to", value: "Sam Sample" },
          {
            name: "Track it",
            value: <TextLink href="https://example.com/track">Where it is</TextLink>,
          },
        ]}
      />

      <Heading>A table with totals</Heading>
      <Table
        caption="Order 17"
        head={["What", "Quantity", "Amount"]}
        rows={[
          ["Rice, 2 kg", "1", "€4.20"],
          ["Olive oil, 0.3 l", "2", "€11.80"],
        ]}
        totals={[
          { name: "VAT, 7 %", value: "€1.12" },
          { name: "Total", value: "€17.12" },
        ]}
      />

      <Callout>Callout: what nobody should miss.</Callout>
      <Quote by="Robin Example">Quote: the words of a person.</Quote>

      <Heading>Columns</Heading>
      <Columns>
        <Image src={publicUrl("chart.png")} alt="Image: a chart" width={216} height={120} />
        <>
          <Paragraph>They stack on a phone.</Paragraph>
          <Button href="https://example.com/button">A button</Button>
        </>
      </Columns>

      <Divider />
      <Note>Note: small print, after a divider.</Note>
    </Layout>
  );
}

EveryPart.PreviewProps = { locale: defaultLocale };
