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
      <Paragraph>{t.happened}</Paragraph>
      <Paragraph>{t.notYou}</Paragraph>
      <Action href={url}>{t.reset}</Action>
      <Note>{t.next}</Note>
    </>
  ),
  cases: {
    usual: { name: "Sam Sample", change: "profile", url: "https://example.com/forgot-password" },
    "an address": { name: "Sam", change: "address", url: "https://example.com/forgot-password" },
    "a session": { name: "Sam", change: "session", url: "https://example.com/forgot-password" },
    "an export": { name: "Sam", change: "export", url: "https://example.com/forgot-password" },
    "no name, all sessions": {
      name: "",
      change: "sessions",
      url: "https://example.com/forgot-password",
    },
  },
};

export default preview(schema, template);
