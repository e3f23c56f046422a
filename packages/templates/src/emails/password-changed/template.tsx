import { brand } from "@repo/brand";
import { Action, Greeting, Note, Paragraph, Title } from "../../parts.ts";
import { type Template, preview } from "../../template.tsx";
import { schema } from "./schema.ts";

export const template: Template<typeof schema> = {
  subject: () => `Your ${brand.name} password was changed`,
  preheader: () =>
    "If it was you, there is nothing to do. If it was not, take your account back now.",
  reason: `You get this email because the password of your ${brand.name} account was changed. We always tell you.`,
  Content: ({ name, url }) => (
    <>
      <Title>Your password was changed</Title>
      <Greeting name={name} />
      <Paragraph>
        {`The password of your ${brand.name} account was just changed. If it was you, there is nothing to do.`}
      </Paragraph>
      <Paragraph>If it was not you, reset your password now to take your account back.</Paragraph>
      <Action href={url}>Reset my password</Action>
      <Note>The page asks for your email address and sends you a link to a new password.</Note>
    </>
  ),
  cases: {
    usual: { name: "Sam Sample", url: "https://example.com/forgot-password" },
    "no name": { name: "", url: "https://example.com/forgot-password" },
  },
};

export default preview(schema, template);
