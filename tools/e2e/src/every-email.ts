import { type TemplateName, type TemplateProps, templates } from "@repo/templates/registry";
import { render, views } from "@repo/templates/render";

export interface EveryEmail extends ReturnType<typeof render> {
  template: TemplateName;
  /** Its title in the template. */
  case: string;
  locale: string;
}

/** Every case of every email, in each language that it has texts in. */
export function everyEmail(): EveryEmail[] {
  return (Object.keys(templates) as TemplateName[]).flatMap((template) => {
    const { cases, texts } = views[template];
    const languages = Object.entries(texts).flatMap(([locale, text]) =>
      typeof text === "object" ? [locale] : [],
    );
    return Object.entries(cases).flatMap(([title, props]) =>
      languages.map((locale) => ({
        template,
        case: title,
        locale,
        ...render(template, props as TemplateProps<TemplateName>, locale),
      })),
    );
  });
}
