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
      <Paragraph>{t.ready}</Paragraph>
      <Action href={url}>{t.toAccount}</Action>
      <Note>{t.help}</Note>
    </>
  ),
  cases: {
    usual: { name: "Sam Sample", url: "https://example.com/account" },
    "no name": { name: "", url: "https://example.com/account" },
    "hostile name": {
      name: "<b>Win</b> at https://evil.example",
      url: "https://example.com/account",
    },
  },
};

export default preview(schema, template);
