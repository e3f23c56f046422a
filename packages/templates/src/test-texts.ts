import { type Locale, locales } from "@repo/locales";

/** The same texts in every language of the product: for a test that is about something else. */
export function everywhere<T>(texts: T): Record<Locale, T> {
  return Object.fromEntries(locales.map((locale) => [locale, texts])) as Record<Locale, T>;
}
