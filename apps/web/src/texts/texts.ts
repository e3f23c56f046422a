import { type Formats, type Locale, formatsOf } from "@repo/locales";
import { useContext } from "react";
import { Site } from "../ui/site.ts";
import { de } from "./de.tsx";
import { en } from "./en.tsx";

/** The texts of all pages. */
export type Texts = typeof en;

const TEXTS: Record<Locale, Texts> = { en, de };

export function textsOf(locale: Locale): Texts {
  return TEXTS[locale];
}

/** For a component: the texts in the language of its page. */
export function useTexts(): Texts {
  return textsOf(useContext(Site).locale);
}

/** For a component: how the language of its page writes dates and numbers. */
export function useFormats(): Formats {
  return formatsOf(useContext(Site).locale);
}
