import { brand, publicUrl } from "@repo/brand";
import { defaultLocale } from "@repo/locales";
import { Layout } from "../../layout/layout.tsx";
import {
  Button,
  Columns,
  Divider,
  Facts,
  Heading,
  Image,
  Note,
  Paragraph,
  TextLink,
  Title,
} from "../../parts.ts";

const picks = [
  { name: "Rye flour", file: "rye.png" },
  { name: "Sea salt", file: "salt.png" },
  { name: "A linen cloth", file: "cloth.png" },
];

/** After the look of React Email's demo `nike-receipt`: a parcel, its contents, and what else to buy. */
export default function OrderOnItsWay() {
  return (
    <Layout
      locale={defaultLocale}
      subject="Your order 2026-0017 is on its way"
      preheader="What is in the parcel, where it goes, and how to follow it until it is at your door."
      reason={`You get this email because you ordered at ${brand.name}.`}
    >
      <Columns>
        <Paragraph>
          <strong>Parcel number</strong>
          <br />
          1Z 9999 0300 0716
        </Paragraph>
        <Button href="https://example.com/parcels/1Z99990300">Follow the parcel</Button>
      </Columns>
      <Divider />

      <Title>It is on its way</Title>
      <Paragraph>Your order has left our house. The button above shows where it is.</Paragraph>
      <Paragraph>We have charged your card. Your orders page has the details.</Paragraph>
      <Divider />

      <Paragraph>
        <strong>Goes to Sam Sample</strong>
        <br />
        17 Example Road, Exampleville
      </Paragraph>
      <Divider />

      <Columns>
        <Image
          src={publicUrl("bread-baskets.png")}
          alt="Two bread baskets"
          width={216}
          height={216}
        />
        <Paragraph>
          <strong>Bread baskets, a set of two</strong>
          <br />
          Rattan, for loaves of 1 kg
        </Paragraph>
      </Columns>
      <Facts
        rows={[
          { name: "Order", value: "2026-0017" },
          { name: "Ordered on", value: "May 4, 2026" },
        ]}
      />
      <Button href="https://example.com/orders/2026-0017">See the order</Button>

      <Heading>What goes well with it</Heading>
      <Columns>
        {picks.map(({ name, file }) => (
          <div key={file}>
            <Image src={publicUrl(file)} alt={name} width={130} height={130} />
            <Paragraph>{name}</Paragraph>
          </div>
        ))}
      </Columns>
      <Divider />

      <Heading>Do you need help?</Heading>
      <Columns>
        <Paragraph>
          <TextLink href="https://example.com/help/delivery">Delivery</TextLink>
        </Paragraph>
        <Paragraph>
          <TextLink href="https://example.com/help/returns">Returns</TextLink>
        </Paragraph>
        <Paragraph>
          <TextLink href="https://example.com/help/contact">Contact</TextLink>
        </Paragraph>
      </Columns>
      <Note>Monday to Friday, 9:00 to 17:00.</Note>
    </Layout>
  );
}
