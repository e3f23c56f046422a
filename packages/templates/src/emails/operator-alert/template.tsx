import { Action, Note, Paragraph, Title } from "../../parts.ts";
import { type Template, preview } from "../../template.tsx";
import { en } from "./en.ts";
import { schema } from "./schema.ts";

export const template: Template<typeof schema, typeof en> = {
  // The sentences from packages/email are in English too.
  texts: { en, de: "en" },
  Content: ({ what, next, url }, t) => (
    <>
      <Title>{t.title}</Title>
      <Paragraph>{what}</Paragraph>
      <Paragraph>{next}</Paragraph>
      <Action href={url}>{t.open}</Action>
      <Note>{t.since}</Note>
    </>
  ),
  cases: {
    usual: {
      cause: "bounces",
      isWell: false,
      since: "2026-11-30 09:41 UTC",
      what: "67 of the 1200 emails in 24 hours bounced. AWS reviews an account at 5\u00A0% and may pause it at 10\u00A0%. All email but security mail is paused.",
      next: "Find the template and the recipients that bounce, and stop sending to that list. Then resume sending.",
      url: "https://example.com/ops",
    },
    "well again": {
      cause: "stopped",
      isWell: true,
      since: "2026-11-30 09:41 UTC",
      what: "Email goes out again.",
      next: "There is nothing to do.",
      url: "https://example.com/ops",
    },
  },
};

export default preview(schema, template);
