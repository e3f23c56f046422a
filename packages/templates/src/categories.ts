/** A kind of email. The preferences page shows it to people. */
interface CategoryRules {
  name: string;
  /** One sentence: what people get, and how often. */
  about: string;
  /**
   * Whether people who have not chosen get it. Leave it out for email that they need: it cannot be
   * turned off. With it, every email has links to unsubscribe and to the preferences.
   */
  byDefault?: "on" | "off";
}

const declared = {
  // Sent before all other email, by its own configuration set.
  security: {
    name: "Security",
    about: "Links that confirm your address or choose a new password, and notices of such changes.",
  },
  account: {
    name: "Your account",
    about: "What you have asked for or have to know: receipts, invitations, and answers.",
  },
  "product-news": {
    name: "Product news",
    about: "What is new, at most once a month.",
    byDefault: "on",
  },
  // Of an example.
  digest: {
    name: "Weekly digest",
    about: "What happened in your account last week, every Monday.",
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
