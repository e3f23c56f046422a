import { type Locale, defaultLocale, locales } from "@repo/locales";
import type { RequestHandler, Response } from "express";

declare global {
  namespace Express {
    interface Locals {
      /** The language of the response. */
      locale: Locale;
    }
  }
}

/** Chooses the language of a response by `Accept-Language`. An account's own comes later. */
export const chooseLanguage: RequestHandler = (req, res, next) => {
  res.vary("Accept-Language");
  const accepted = req.acceptsLanguages([...locales]);
  setLanguage(res, locales.find((locale) => locale === accepted) ?? defaultLocale);
  next();
};

export function setLanguage(res: Response, locale: Locale): void {
  res.locals.locale = locale;
  res.set("Content-Language", locale);
}
