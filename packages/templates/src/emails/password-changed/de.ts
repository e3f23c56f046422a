import { brand } from "@repo/brand";
import type { en } from "./en.ts";

export const de: typeof en = {
  subject: `Dein Passwort bei ${brand.name} wurde geändert`,
  preheader:
    "Warst du es, musst du nichts tun. Warst du es nicht, hol dir dein Konto jetzt zurück.",
  reason: `Du bekommst diese E-Mail, weil das Passwort deines Kontos bei ${brand.name} geändert wurde. Das teilen wir dir immer mit.`,
  title: "Dein Passwort wurde geändert",
  changed: `Das Passwort deines Kontos bei ${brand.name} wurde gerade geändert. Wenn du es warst, musst du nichts tun.`,
  notYou:
    "Wenn du es nicht warst, setze dein Passwort jetzt zurück und hol dir so dein Konto wieder.",
  reset: "Passwort zurücksetzen",
  next: "Die Seite fragt nach deiner E-Mail-Adresse und schickt dir einen Link zu einem neuen Passwort.",
};
