/** A text for each form of a language's plural, with `#` in place of the number. */
export type Plural = { other: string } & Partial<Record<Intl.LDMLPluralRule, string>>;

/** How a language writes values. */
export interface Formats {
  /** "45 seconds", "30 minutes", "1 hour", "24 hours": to follow "for" or "within". */
  duration: (minutes: number) => string;
  /** "4 May 2026" in UTC, as the language writes it. */
  date: (day: Date) => string;
  /** "4 May 2026, 13:45 UTC", as the language writes it. */
  time: (at: Date) => string;
  number: (value: number) => string;
  /** @param currency ISO 4217, as in "EUR" */
  money: (amount: number, currency: string) => string;
  /** "rice, oil, and salt" */
  list: (items: string[]) => string;
  /**
   * The form for a number, with the number in place of `#`:
   * `plural(3, { one: "# comment", other: "# comments" })`. Some languages have more forms.
   */
  plural: (count: number, forms: Plural) => string;
}

const made = new Map<string, Formats>();

/**
 * The formats of a language. They are made once, because that takes longer than to render an email.
 */
export function formatsOf(locale: string): Formats {
  let formats = made.get(locale);
  if (!formats) {
    formats = makeFormats(locale);
    made.set(locale, formats);
  }
  return formats;
}

function makeFormats(locale: string): Formats {
  const unit = (name: "second" | "minute" | "hour") =>
    new Intl.NumberFormat(locale, { style: "unit", unit: name, unitDisplay: "long" });
  const seconds = unit("second");
  const minutes = unit("minute");
  const hours = unit("hour");
  const dates = new Intl.DateTimeFormat(locale, { dateStyle: "long", timeZone: "UTC" });
  const times = new Intl.DateTimeFormat(locale, {
    dateStyle: "long",
    timeStyle: "short",
    timeZone: "UTC",
  });
  const numbers = new Intl.NumberFormat(locale);
  const lists = new Intl.ListFormat(locale);
  const rules = new Intl.PluralRules(locale);
  const currencies = new Map<string, Intl.NumberFormat>();
  const inCurrency = (currency: string) => {
    let format = currencies.get(currency);
    if (!format) {
      format = new Intl.NumberFormat(locale, { style: "currency", currency });
      currencies.set(currency, format);
    }
    return format;
  };
  return {
    duration: (value) => {
      if (value < 1) return seconds.format(Math.round(value * 60));
      return value % 60 === 0 ? hours.format(value / 60) : minutes.format(value);
    },
    date: (day) => dates.format(day),
    time: (at) => `${times.format(at)} UTC`,
    number: (value) => numbers.format(value),
    money: (amount, currency) => inCurrency(currency).format(amount),
    list: (items) => lists.format(items),
    plural: (count, forms) =>
      (forms[rules.select(count)] ?? forms.other).replaceAll(/#(?!\w)/g, numbers.format(count)),
  };
}
