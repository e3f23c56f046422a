import { brand } from "@repo/brand";
import { Note, Paragraph, TextLink, Title } from "../../parts.ts";
import { type Template, preview } from "../../template.tsx";
import { de } from "./de.ts";
import { en } from "./en.ts";
import { schema } from "./schema.ts";

export const template: Template<typeof schema, typeof en> = {
  texts: { en, de },
  Content: (_props, t) => (
    <>
      <Title>{t.title}</Title>
      <Paragraph>{t.deleted}</Paragraph>
      <Note>
        {t.notYou} <TextLink href={`mailto:${brand.supportEmail}`}>{brand.supportEmail}</TextLink>
      </Note>
    </>
  ),
  cases: { usual: {} },
};

export default preview(schema, template);
