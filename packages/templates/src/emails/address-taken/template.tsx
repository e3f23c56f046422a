import { Action, Note, Paragraph, Title } from "../../parts.ts";
import { type Template, preview } from "../../template.tsx";
import { de } from "./de.ts";
import { en } from "./en.ts";
import { schema } from "./schema.ts";

export const template: Template<typeof schema, typeof en> = {
  texts: { en, de },
  Content: ({ url }, t) => (
    <>
      <Title>{t.title}</Title>
      <Paragraph>{t.taken}</Paragraph>
      <Paragraph>{t.bothYours}</Paragraph>
      <Action href={url}>{t.logIn}</Action>
      <Note>{t.notYou}</Note>
    </>
  ),
  cases: { usual: { url: "https://example.com/login" } },
};

export default preview(schema, template);
