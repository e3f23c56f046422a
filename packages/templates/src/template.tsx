import { type Formats, type Locale, defaultLocale, findLocale, formatsOf } from "@repo/locales";
import type { ReactNode } from "react";
import type { z } from "zod";
import { canBeTurnedOff } from "./categories.ts";
import { toHtml } from "./html.tsx";
import type { PreferenceLinks } from "./layout/footer.tsx";
import { Layout } from "./layout/layout.tsx";
import type { Schema } from "./schema.ts";

/** The props of an email, as its schema has parsed them. */
type Props<S extends Schema> = z.output<S["props"]>;

/** A text in one language: as it is, or made from the props. */
type Text<S extends Schema, Result = string> =
  Result | ((props: Props<S>, formats: Formats) => Result);

/** The texts of an email in one language. Its content may use any others besides these three. */
export interface Texts<S extends Schema> {
  subject: Text<S>;
  /** The text after the subject in an inbox's list, which shows 50 to 110 characters of it. */
  preheader: Text<S>;
  /** The footer's sentence that says why this person gets the email. */
  reason: Text<S>;
  [name: string]: Text<S, ReactNode>;
}

/** The texts as the content gets them: with the props in them. */
type Filled<T> = {
  [Name in keyof T]: T[Name] extends (...args: never[]) => infer Result ? Result : T[Name];
};

/** The looks of an email, and its texts in each language. */
export interface Template<S extends Schema, T extends Texts<S> = Texts<S>> {
  /**
   * The texts in each language. To send an email without a translation, name another language in
   * place of the texts: `{ en, de: "en" }` is sent in English to people who read German.
   */
  texts: Record<Locale, T | Locale>;
  // A method, so that a template with more texts is a Template<S>, too.
  Content(props: Props<S>, texts: Filled<T>, formats: Formats): ReactNode;
  /** Shown by the preview server, and rendered by the tests. */
  cases: { usual: z.input<S["props"]>; [name: string]: z.input<S["props"]> };
}

/** The links in the cases of an email. */
export const exampleLinks: PreferenceLinks = {
  unsubscribe: "https://example.com/unsubscribe?token=Zm9vYmFyYmF6",
  preferences: "https://example.com/email-preferences?token=Zm9vYmFyYmF6",
};

/**
 * One email as a whole document.
 *
 * @param wanted a language tag. The email's best language for it is used, or the product's
 * @param links of a category that can be turned off
 */
export function compose<S extends Schema>(
  template: Template<S>,
  props: Props<S>,
  wanted: string = defaultLocale,
  links?: PreferenceLinks,
) {
  const { locale, texts } = textsFor(template, wanted);
  const formats = formatsOf(locale);
  const filled = Object.fromEntries(
    Object.entries(texts).map(([name, text]) => [
      name,
      typeof text === "function" ? text(props, formats) : text,
    ]),
  ) as Filled<Texts<S>> & Record<"subject" | "preheader" | "reason", string>;
  const subject = oneLine(filled.subject);
  const { preheader, reason } = filled;
  const Content = () => template.Content(props, filled, formats);
  return {
    subject,
    preheader,
    document: (
      <Layout locale={locale} subject={subject} preheader={preheader} reason={reason} links={links}>
        <Content />
      </Layout>
    ),
  };
}

/** The texts for a language, and the language that they are in. */
function textsFor<S extends Schema>(template: Template<S>, wanted: string) {
  const all: Record<string, Texts<S> | Locale> = template.texts;
  let locale = findLocale(wanted, Object.keys(all)) ?? defaultLocale;
  let texts = all[locale];
  if (typeof texts === "string") {
    locale = texts;
    texts = all[locale];
  }
  if (typeof texts === "object") return { locale, texts };
  throw new Error(`A template has no texts in ${locale}, to which another language refers.`);
}

/** Replaces line breaks. One in a subject would start another header (RFC 5322, 2.2). */
function oneLine(text: string): string {
  return text.replace(/[\p{Cc}\s]+/gu, " ").trim();
}

/**
 * Makes the default export of a template, which the preview server lists. Its Props panel shows
 * every case: change `show` to see another one and `locale` for another language, or edit a case.
 */
export function preview<S extends Schema, T extends Texts<S>>(schema: S, template: Template<S, T>) {
  function Email({
    show,
    locale,
    ...cases
  }: {
    show: string;
    locale: string;
    [name: string]: unknown;
  }) {
    const props = schema.props.parse(cases[show]) as Props<S>;
    const links = canBeTurnedOff(schema.category) ? exampleLinks : undefined;
    const { document } = compose(template as Template<S>, props, locale, links);
    // Throws as the worker does. React Email would render components that wait.
    toHtml(document);
    return document;
  }
  Email.PreviewProps = { show: "usual", locale: defaultLocale as string, ...template.cases };
  return Email;
}
