import {
  type TemplateName,
  type TemplateProps,
  categories,
  templates,
} from "@repo/templates/registry";
import { render, views } from "@repo/templates/render";

export interface EveryEmail extends ReturnType<typeof render> {
  template: TemplateName;
  /** Its title in the template. */
  case: string;
  locale: string;
}

/** Where a recipient turns an email off. */
export const links = {
  unsubscribe: "https://example.com/unsubscribe?token=Zm9vYmFyYmF6",
  preferences: "https://example.com/email-preferences?token=Zm9vYmFyYmF6",
};

/** Whether a recipient can turn it off: then it has those links, and both headers. */
export const isOptional = (template: TemplateName) =>
  categories[templates[template].category].byDefault !== undefined;

/** Every case of every email, in each language that it has texts in. */
export function everyEmail(): EveryEmail[] {
  return (Object.keys(templates) as TemplateName[]).flatMap((template) => {
    const { cases, texts } = views[template];
    const given = isOptional(template) ? links : undefined;
    const languages = Object.entries(texts).flatMap(([locale, text]) =>
      typeof text === "object" ? [locale] : [],
    );
    return Object.entries(cases).flatMap(([title, props]) =>
      languages.map((locale) => ({
        template,
        case: title,
        locale,
        ...render(template, props as TemplateProps<TemplateName>, locale, given),
      })),
    );
  });
}
