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
      <Paragraph>{t.changed}</Paragraph>
      <Paragraph>{t.notYou}</Paragraph>
      <Action href={url}>{t.takeBack}</Action>
      <Note>{t.keep}</Note>
    </>
  ),
  cases: {
    usual: {
      name: "Sam Sample",
      url: "https://example.com/undo-address?token=Zm9vYmFyYmF6",
      days: 7,
    },
    "no name": { name: "", url: "https://example.com/undo-address?token=Zm9vYmFyYmF6", days: 7 },
  },
};

export default preview(schema, template);
