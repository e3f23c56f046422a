import { brand } from "@repo/brand";
import { duration } from "../../duration.ts";
import { Action, Note, Paragraph, Title } from "../../parts.ts";
import { type Template, preview } from "../../template.tsx";
import { schema } from "./schema.ts";

export const template: Template<typeof schema> = {
  subject: () => `Confirm your email address for ${brand.name}`,
  preheader: ({ expiresInMinutes }) =>
    `Confirm within ${duration(expiresInMinutes)} that this address is yours, and your account is ready to use.`,
  reason: `You get this email because someone signed up for ${brand.name} with this address.`,
  Content: ({ url, expiresInMinutes }) => (
    <>
      <Title>Confirm your email address</Title>
      <Paragraph>
        {`Someone, hopefully you, signed up for ${brand.name} with this address. Confirm that it is yours, and your account is ready to use. The link works for ${duration(expiresInMinutes)}.`}
      </Paragraph>
      <Action href={url}>Confirm my email address</Action>
      <Note>
        If you did not sign up, ignore this email: nobody can use this address without it.
      </Note>
    </>
  ),
  cases: {
    usual: {
      url: "https://example.com/verify-email?token=Zm9vYmFyYmF6",
      expiresInMinutes: 24 * 60,
    },
    "soon over": {
      url: "https://example.com/verify-email?token=Zm9vYmFyYmF6",
      expiresInMinutes: 30,
    },
    "long link": {
      url: `https://accounts.example.com/verify-email?token=${"Zm9vYmFyYmF6".repeat(16)}&next=/account`,
      expiresInMinutes: 60,
    },
  },
};

export default preview(schema, template);
