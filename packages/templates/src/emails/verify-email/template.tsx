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
      <Paragraph>{t.signedUp}</Paragraph>
      <Action href={url}>{t.confirm}</Action>
      <Note>{t.notYou}</Note>
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
