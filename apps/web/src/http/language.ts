import { type Locale, defaultLocale, findLocale, locales } from "@repo/locales";
import type { RequestHandler, Response } from "express";

declare global {
  namespace Express {
    interface Locals {
      /** The language of the response. */
      locale: Locale;
    }
  }
}

/** Chooses the language of a response by `Accept-Language`. `preferLanguage` may change it later. */
export const chooseLanguage: RequestHandler = (req, res, next) => {
  res.vary("Accept-Language");
  const accepted = req.acceptsLanguages([...locales]);
  setLanguage(res, locales.find((locale) => locale === accepted) ?? defaultLocale);
  next();
};

/**
 * Takes a language that somebody has chosen in place of the browser's.
 *
 * @param tag undefined, null, or a language that the product does not have: nothing changes
 */
export function preferLanguage(res: Response, tag: string | undefined | null): void {
  const locale = findLocale(tag, locales);
  if (locale) setLanguage(res, locale);
}

function setLanguage(res: Response, locale: Locale): void {
  res.locals.locale = locale;
  res.set("Content-Language", locale);
}
