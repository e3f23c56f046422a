import { Action, Note, Paragraph, TextLink, Title } from "../../parts.ts";
import { type Template, preview } from "../../template.tsx";
import { de } from "./de.ts";
import { en } from "./en.ts";
import { schema } from "./schema.ts";

export const template: Template<typeof schema, typeof en> = {
  texts: { en, de },
  Content: ({ logInUrl, resetUrl }, t) => (
    <>
      <Title>{t.title}</Title>
      <Paragraph>{t.justLogIn}</Paragraph>
      <Action href={logInUrl}>{t.logIn}</Action>
      <Paragraph>
        {t.forgot} <TextLink href={resetUrl}>{t.chooseNew}</TextLink>
      </Paragraph>
      <Note>{t.notYou}</Note>
    </>
  ),
  cases: {
    usual: {
      logInUrl: "https://example.com/login",
      resetUrl: "https://example.com/forgot-password",
      isReserved: false,
    },
    "kept for an account": {
      logInUrl: "https://example.com/login",
      resetUrl: "https://example.com/forgot-password",
      isReserved: true,
    },
  },
};

export default preview(schema, template);
