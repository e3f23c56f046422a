import { brand } from "@repo/brand";
import { Action, Greeting, Note, Paragraph, Title } from "../../layout.tsx";
import { type Template, preview } from "../../template.tsx";
import { schema } from "./schema.ts";

export const template: Template<typeof schema> = {
  subject: () => `Confirm your email address for ${brand.name}`,
  preheader: () =>
    "One click confirms that this address is yours, and your account is ready to use.",
  reason: `You get this email because someone signed up for ${brand.name} with this address.`,
  Content: ({ name, url }) => (
    <>
      <Title>Confirm your email address</Title>
      <Greeting name={name} />
      <Paragraph>
        {`Thanks for signing up for ${brand.name}. Please confirm that this address is yours, and your account is ready to use.`}
      </Paragraph>
      <Action href={url}>Confirm my email address</Action>
      <Note>
        If you did not sign up, ignore this email: without your confirmation the account cannot be
        used.
      </Note>
    </>
  ),
  cases: {
    usual: { name: "Sam Sample", url: "https://example.com/verify-email?token=Zm9vYmFyYmF6" },
    "no name": { name: "", url: "https://example.com/verify-email?token=Zm9vYmFyYmF6" },
    "right to left": { name: "عائشة", url: "https://example.com/verify-email?token=Zm9vYmFyYmF6" },
    "long link": {
      name: "Sam",
      url: `https://accounts.example.com/verify-email?token=${"Zm9vYmFyYmF6".repeat(16)}&next=/account`,
    },
  },
};

export default preview(schema, template);
