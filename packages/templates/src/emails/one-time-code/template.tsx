import { brand } from "@repo/brand";
import { Callout, Code, Note, Paragraph, Title } from "../../parts.ts";
import { type Template, preview } from "../../template.tsx";
import { schema } from "./schema.ts";

export const template: Template<typeof schema> = {
  texts: {
    en: {
      // Without the code: a locked phone shows the subject and the preheader.
      subject: `Your code to log in to ${brand.name}`,
      preheader: ({ expiresInMinutes }, { duration }) =>
        `Enter the code within ${duration(expiresInMinutes)}, in the window where you are logging in.`,
      reason: `You get this email because somebody is logging in to your ${brand.name} account.`,
    },
    de: "en",
  },
  Content: ({ code, expiresInMinutes }, _, { duration }) => (
    <>
      <Title>Your code to log in</Title>
      <Paragraph>
        {`Enter this code in the window where you are logging in. It works once, for ${duration(expiresInMinutes)}.`}
      </Paragraph>
      <Code>{code}</Code>
      <Callout>{`Never tell this code to anybody. ${brand.name} never asks you for it.`}</Callout>
      <Note>
        If you are not logging in, somebody knows your password. Choose a new one as soon as
        possible.
      </Note>
    </>
  ),
  cases: {
    usual: { code: "482913", expiresInMinutes: 10 },
    "leading zeros": { code: "000017", expiresInMinutes: 1 },
  },
};

export default preview(schema, template);
