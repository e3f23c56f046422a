import { brand } from "@repo/brand";
import type { en } from "./en.ts";

export const de: typeof en = {
  subject: `Die Adresse deines Kontos bei ${brand.name} wurde geändert`,
  preheader: ({ days }) =>
    `Warst du es nicht, hol dir dein Konto innerhalb von ${days} Tagen zurück, mit dem Link in dieser E-Mail.`,
  reason: `Du bekommst diese E-Mail, weil dies die Adresse deines Kontos bei ${brand.name} war. Das teilen wir dir immer mit.`,
  title: "Deine Adresse wurde geändert",
  changed: `Dein Konto bei ${brand.name} hat jetzt eine andere E-Mail-Adresse. Ab jetzt schreiben wir an die neue. Wenn du es warst, musst du nichts tun.`,
  notYou: ({ days }) =>
    `Wenn du es nicht warst, hol dir dein Konto innerhalb von ${days} Tagen zurück: Der Link bringt diese Adresse zurück, mit einem neuen Passwort, das du wählst. Dabei wird jeder Browser abgemeldet.`,
  takeBack: "Mein Konto zurückholen",
  keep: "Bewahre diese E-Mail so lange auf und leite sie nie weiter.",
};
