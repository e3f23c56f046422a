import { expect, it } from "vitest";
import { formatsOf } from "./locales.ts";

it.each([
  [7 / 60, "7 seconds", "7 Sekunden"],
  [1, "1 minute", "1 Minute"],
  [30, "30 minutes", "30 Minuten"],
  [60, "1 hour", "1 Stunde"],
  [90, "90 minutes", "90 Minuten"],
  [1440, "24 hours", "24 Stunden"],
])("should write %d minutes as %j in English and %j in German", (minutes, english, german) => {
  expect(formatsOf("en").duration(minutes)).toBe(english);
  expect(formatsOf("de").duration(minutes)).toBe(german);
});

it("should write dates, numbers, money and lists as the language does", () => {
  const write = (locale: string) => {
    const { date, time, number, money, list } = formatsOf(locale);
    const day = new Date("2026-05-04T23:30:00Z");
    return [date(day), time(day), number(1234.5), money(1234.5, "EUR"), list(["a", "b", "c"])].map(
      (text) => text.replaceAll(/[\u00a0\u202f]/g, " "),
    );
  };
  expect(write("en")).toEqual([
    "May 4, 2026",
    "May 4, 2026 at 11:30 PM UTC",
    "1,234.5",
    "€1,234.50",
    "a, b, and c",
  ]);
  expect(write("de")).toEqual([
    "4. Mai 2026",
    "4. Mai 2026 um 23:30 UTC",
    "1.234,5",
    "1.234,50 €",
    "a, b und c",
  ]);
});

it("should choose the plural by the rules of the language", () => {
  const english = { one: "# comment", other: "# comments" };
  const { plural } = formatsOf("en");
  expect([0, 1, 2, 1200].map((count) => plural(count, english))).toEqual([
    "0 comments",
    "1 comment",
    "2 comments",
    "1,200 comments",
  ]);
  const polish = { one: "# plik", few: "# pliki", many: "# plików", other: "# pliku" };
  expect([1, 2, 5, 1.5].map((count) => formatsOf("pl").plural(count, polish))).toEqual([
    "1 plik",
    "2 pliki",
    "5 plików",
    "1,5 pliku",
  ]);
  // A form that is left out: the other one stands in for it.
  expect(formatsOf("pl").plural(5, { other: "#" })).toBe("5");
});
