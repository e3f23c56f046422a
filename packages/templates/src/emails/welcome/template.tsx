import { brand } from "@repo/brand";
import { Action, Greeting, Note, Paragraph, Title } from "../../parts.ts";
import { type Template, preview } from "../../template.tsx";
import { schema } from "./schema.ts";

export const template: Template<typeof schema> = {
  subject: () => `Welcome to ${brand.name}`,
  preheader: () =>
    "Your email address is confirmed, and your account is ready. Here is where to start.",
  reason: `You get this email because you confirmed this address for your ${brand.name} account.`,
  Content: ({ name, url }) => (
    <>
      <Title>{`Welcome to ${brand.name}`}</Title>
      <Greeting name={name} />
      <Paragraph>
        Your email address is confirmed and your account is ready. Everything starts from your
        account page.
      </Paragraph>
      <Action href={url}>Go to my account</Action>
      <Note>Stuck or curious? Write to the address below. A person reads it.</Note>
    </>
  ),
  cases: {
    usual: { name: "Sam Sample", url: "https://example.com/account" },
    "no name": { name: "", url: "https://example.com/account" },
    "hostile name": {
      name: "<b>Win</b> at https://evil.example",
      url: "https://example.com/account",
    },
  },
};

export default preview(schema, template);
