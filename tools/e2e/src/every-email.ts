import {
  type TemplateName,
  type TemplateProps,
  categories,
  templates,
} from "@repo/templates/registry";
import { render, views } from "@repo/templates/render";
import type { Drawn } from "./sheet.ts";

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

/** The usual case of every email, once for each text in its props that may be this word. */
export function withWord(word: string): Drawn[] {
  return (Object.keys(templates) as TemplateName[]).flatMap((template) =>
    [...replaced(views[template].cases.usual, word)].flatMap(([path, props]) => {
      if (!templates[template].props.safeParse(props).success) return [];
      const { html } = render(template, props as TemplateProps<TemplateName>);
      return html.includes(`>${word}`) ? [{ title: `${template}: ${path} is ${word}`, html }] : [];
    }),
  );
}

/** A value with one of its strings replaced, and where that was, for each string in it. */
function* replaced(value: unknown, by: string): Generator<[string, unknown]> {
  if (typeof value === "string") yield ["", by];
  if (typeof value !== "object" || value === null) return;
  for (const [key, inner] of Object.entries(value)) {
    for (const [path, changed] of replaced(inner, by)) {
      const whole = Array.isArray(value)
        ? value.with(Number(key), changed)
        : { ...value, [key]: changed };
      yield [`${key} ${path}`.trim(), whole];
    }
  }
}
