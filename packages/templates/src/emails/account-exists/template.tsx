import { brand } from "@repo/brand";
import { Action, Note, Paragraph, TextLink, Title } from "../../parts.ts";
import { type Template, preview } from "../../template.tsx";
import { schema } from "./schema.ts";

export const template: Template<typeof schema> = {
  subject: () => `You already have an account at ${brand.name}`,
  preheader: () => "Log in, or choose a new password. If it was not you, nothing needs doing.",
  reason: `You get this email because someone signed up for ${brand.name} with this address.`,
  Content: ({ logInUrl, resetUrl }) => (
    <>
      <Title>You already have an account</Title>
      <Paragraph>
        {`Someone, perhaps you, signed up for ${brand.name} with this address. It has an account already: just log in.`}
      </Paragraph>
      <Action href={logInUrl}>Log in</Action>
      <Paragraph>
        Forgot your password? <TextLink href={resetUrl}>Choose a new one</TextLink>
      </Paragraph>
      <Note>If it was not you, nothing needs doing: nothing has changed.</Note>
    </>
  ),
  cases: {
    usual: {
      logInUrl: "https://example.com/login",
      resetUrl: "https://example.com/forgot-password",
    },
  },
};

export default preview(schema, template);
