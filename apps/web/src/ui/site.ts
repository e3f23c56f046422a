import { type Locale, defaultLocale } from "@repo/locales";
import { type ReactNode, createContext } from "react";
import type { Assets } from "./assets.ts";

/** What every page needs. As a context, so that no page has to pass it on. */
export const Site = createContext<{ assets: Assets; nav: ReactNode; locale: Locale }>({
  assets: { stylesheet: "", script: "" },
  nav: undefined,
  locale: defaultLocale,
});
