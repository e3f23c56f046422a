import { brand, publicUrl } from "@repo/brand";
import { defaultLocale } from "@repo/locales";
import { Layout } from "../../layout/layout.tsx";
import { Button, Columns, Divider, Heading, Image, List, Paragraph, Title } from "../../parts.ts";
import { exampleLinks } from "../../template.tsx";

/** After the look of React Email's demo `stack-overflow-tips`: a newsletter with a head and tips. */
export default function Tips() {
  return (
    <Layout
      locale={defaultLocale}
      subject="Find what you look for"
      preheader="Three short tips for the search, and something to read in your next break from it."
      reason={`You get this email because you want tips from ${brand.name}.`}
      links={exampleLinks}
    >
      <Columns>
        <>
          <Title>Find it, faster</Title>
          <Paragraph>{`Tips for searching in ${brand.name}`}</Paragraph>
        </>
        <Image
          src={publicUrl("magnifier.png")}
          alt="A magnifier over a list"
          width={216}
          height={144}
        />
      </Columns>

      <Heading>Somebody has asked it before</Heading>
      <Paragraph>
        There are more than a thousand answers. Chances are that one of them is yours.
      </Paragraph>
      <Divider />

      <Heading>The search is at the top of every page</Heading>
      <Paragraph>These tips make it find more:</Paragraph>
      <List
        items={[
          "Put quotes around a phrase: “no knead bread”.",
          "Put brackets around a topic: [rye].",
          "Use both: [rye] “no knead bread” searches for the phrase in that topic.",
        ]}
      />
      <Paragraph>The more you write, the more likely you find what you need.</Paragraph>
      <Divider />

      <Heading>Take a break</Heading>
      <Paragraph>Read about the worst baker in town.</Paragraph>
      <Button href="https://example.com/blog/the-worst-baker">I need a break</Button>
    </Layout>
  );
}
