import { brand } from "@repo/brand";
import type { en } from "./en.ts";

const TITLES = {
  profile: "Dein Name wurde geändert",
  address: "Deine frühere Adresse ist zurück",
  session: "Eine Sitzung wurde beendet",
  sessions: "Du bist überall abgemeldet",
  export: "Deine Daten wurden heruntergeladen",
};

const HAPPENED = {
  profile: `Der Name deines Kontos bei ${brand.name} wurde gerade geändert.`,
  address: `Die Adresse deines Kontos bei ${brand.name} wurde gerade auf eine frühere zurückgesetzt, und das Passwort wurde auch geändert.`,
  session: `Einer der Browser, die in deinem Konto bei ${brand.name} angemeldet waren, wurde gerade abgemeldet.`,
  sessions: `Alle Browser, die in deinem Konto bei ${brand.name} angemeldet waren, wurden gerade abgemeldet.`,
  export: `Jemand, der in deinem Konto bei ${brand.name} angemeldet ist, hat gerade alles heruntergeladen, was wir über dich wissen.`,
};

export const de: typeof en = {
  subject: ({ change }) => `${TITLES[change]}: ${brand.name}`,
  preheader:
    "Warst du es, musst du nichts tun. Warst du es nicht, hol dir dein Konto jetzt zurück.",
  reason: `Du bekommst diese E-Mail, weil in deinem Konto bei ${brand.name} etwas geändert wurde. Das teilen wir dir immer mit.`,
  title: ({ change }) => TITLES[change],
  happened: ({ change }) => `${HAPPENED[change]} Wenn du es warst, musst du nichts tun.`,
  notYou:
    "Wenn du es nicht warst, setze dein Passwort jetzt zurück und hol dir so dein Konto wieder.",
  reset: "Passwort zurücksetzen",
  next: "Die Seite fragt nach deiner E-Mail-Adresse und schickt dir einen Link zu einem neuen Passwort.",
};
