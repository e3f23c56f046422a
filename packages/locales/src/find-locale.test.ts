import { expect, it } from "vitest";
import { directionOf, findLocale } from "./locales.ts";

it.each([
  ["de", "de"],
  ["DE-at", "de"],
  ["de-Latn-CH-1996", "de"],
  ["pt-BR", "pt-BR"],
  ["pt-br", "pt-BR"],
  ["pt-PT", undefined],
  ["d", undefined],
  ["-", undefined],
  ["", undefined],
  [undefined, undefined],
  [null, undefined],
])("should find for %j the language %j", (tag, found) => {
  expect(findLocale(tag, ["en", "de", "pt-BR"])).toBe(found);
});

it.each([
  ["en", "ltr"],
  ["de-AT", "ltr"],
  ["ar", "rtl"],
  ["he", "rtl"],
  ["fa-IR", "rtl"],
])("should write %s from %s", (locale, direction) => {
  expect(directionOf(locale)).toBe(direction);
});
