import { Action, Greeting, Note, Paragraph, Title } from "../../parts.ts";
import { type Template, preview } from "../../template.tsx";
import { de } from "./de.ts";
import { en } from "./en.ts";
import { schema } from "./schema.ts";

export const template: Template<typeof schema, typeof en> = {
  texts: { en, de },
  Content: ({ name, url }, t) => (
    <>
      <Title>{t.title}</Title>
      <Greeting name={name} />
      <Paragraph>{t.asked}</Paragraph>
      <Action href={url}>{t.delete}</Action>
      <Note>{t.notYou}</Note>
    </>
  ),
  cases: {
    usual: {
      name: "Sam Sample",
      url: "https://example.com/settings/delete/confirm?token=Zm9vYmFyYmF6",
      expiresInMinutes: 60,
    },
    "no name": {
      name: "",
      url: "https://example.com/settings/delete/confirm?token=Zm9vYmFyYmF6",
      expiresInMinutes: 60,
    },
  },
};

export default preview(schema, template);
