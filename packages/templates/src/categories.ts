import type { Locale } from "@repo/locales";

/** What the preferences page says about a category. */
interface CategoryTexts {
  name: string;
  /** One sentence: what people get, and how often. */
  about: string;
}

/** A kind of email. The preferences page shows it to people. */
interface CategoryRules {
  texts: Record<Locale, CategoryTexts>;
  /**
   * Whether people who have not chosen get this category. Every email of it has links to unsubscribe
   * and to the preferences. Leave this field out for email that people need: a category without it
   * cannot be turned off.
   */
  byDefault?: "on" | "off";
}

const declared = {
  // Sent before all other email, by its own configuration set.
  security: {
    texts: {
      en: {
        name: "Security",
        about:
          "Links that confirm your address or choose a new password, and notices of such changes.",
      },
      de: {
        name: "Sicherheit",
        about:
          "Links, mit denen du deine Adresse bestätigst oder ein neues Passwort wählst, und Hinweise auf solche Änderungen.",
      },
    },
  },
  account: {
    texts: {
      en: {
        name: "Your account",
        about: "What you have asked for or have to know: receipts, invitations, and answers.",
      },
      de: {
        name: "Dein Konto",
        about: "Was du angefordert hast oder wissen musst: Quittungen, Einladungen und Antworten.",
      },
    },
  },
  "product-news": {
    texts: {
      en: { name: "Product news", about: "What is new, at most once a month." },
      de: { name: "Neues vom Produkt", about: "Was neu ist, höchstens einmal im Monat." },
    },
    byDefault: "on",
  },
  // Only an example email has it.
  digest: {
    texts: {
      en: {
        name: "Weekly digest",
        about: "What happened in your account last week, every Monday.",
      },
      de: {
        name: "Wochenrückblick",
        about: "Was letzte Woche in deinem Konto passiert ist, jeden Montag.",
      },
    },
    byDefault: "on",
  },
} as const satisfies Record<string, CategoryRules>;

export type Category = keyof typeof declared;

/** Every category of email, by its name in the templates' schemas. */
export const categories: Record<Category, CategoryRules> = declared;

/** Whether people can turn a category off. */
export function canBeTurnedOff(category: Category): boolean {
  return categories[category].byDefault !== undefined;
}
