import { brand } from "@repo/brand";
import { defaultLocale } from "@repo/locales";
import { Layout } from "../../layout/layout.tsx";
import { Code, Note, Paragraph, TextLink, Title } from "../../parts.ts";

/** After the look of React Email's demo `notion-magic-link`: a link, or a code to copy. */
export default function MagicLink() {
  return (
    <Layout
      locale={defaultLocale}
      subject={`Log in to ${brand.name}`}
      preheader="Open the link in this email, or copy the code into the window where you log in."
      reason={`You get this email because somebody is logging in to ${brand.name} with this address.`}
    >
      <Title>Log in</Title>
      <Paragraph>
        <TextLink href="https://example.com/log-in?token=Zm9vYmFyYmF6">
          Open this link to log in
        </TextLink>
      </Paragraph>
      <Paragraph>Or copy this code, which works once:</Paragraph>
      <Code>amber-17</Code>
      <Paragraph>You can choose a password in your settings, and log in without a link.</Paragraph>
      <Note>If you did not try to log in, ignore this email.</Note>
    </Layout>
  );
}
