import { type Locale, defaultLocale, directionOf } from "@repo/locales";
import { type CSSProperties, createContext, useContext } from "react";
import { de } from "./texts/de.tsx";
import { en } from "./texts/en.tsx";

const texts: Record<Locale, typeof en> = { en, de };

/** The language of an email, as its layout and its parts need it. */
export interface Language {
  locale: string;
  dir: "ltr" | "rtl";
  /**
   * Where a line begins and ends. Many inboxes know only these two, not CSS's `start` and `end`.
   */
  start: "left" | "right";
  end: "left" | "right";
  texts: typeof en;
}

const languages = new Map<string, Language>();

/** @param locale if it has no texts, those of the default language are used */
export function languageOf(locale: string): Language {
  let language = languages.get(locale);
  if (!language) {
    const dir = directionOf(locale);
    const [start, end] =
      dir === "rtl" ? (["right", "left"] as const) : (["left", "right"] as const);
    language = { locale, dir, start, end, texts: texts[locale as Locale] ?? texts[defaultLocale] };
    languages.set(locale, language);
  }
  return language;
}

/** Set by the layout, so that no email has to pass it on. */
export const LanguageContext = createContext(languageOf(defaultLocale));

/** The language of the email that a part belongs to. */
export const useLanguage = () => useContext(LanguageContext);

/** A border where lines begin. */
export function borderStart({ start }: Language, border: string): CSSProperties {
  return start === "left" ? { borderLeft: border } : { borderRight: border };
}

/** A shorthand for CSS's `padding`, mirrored where lines begin on the right. */
export function padding(
  { dir }: Language,
  top: number,
  end: number,
  bottom: number,
  start: number,
): string {
  const [right, left] = dir === "rtl" ? [start, end] : [end, start];
  return [top, right, bottom, left].map((side) => (side === 0 ? "0" : `${side}px`)).join(" ");
}
