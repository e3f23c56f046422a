export { type Formats, type Plural, formatsOf } from "./formats.ts";
export { directionOf, findLocale } from "./find-locale.ts";

/**
 * The languages of emails and pages, each by its tag (BCP 47): "de", "pt-BR". The first one is the
 * product's: it is used where nobody has chosen another. The type check names every text that a
 * language lacks.
 */
export const locales = ["en", "de"] as const;

export type Locale = (typeof locales)[number];

export const defaultLocale = locales[0];
