import { brand } from "@repo/brand";
import type { en } from "./en.ts";

export const de: typeof en = {
  subject: `Setze dein Passwort bei ${brand.name} zurück`,
  preheader: ({ expiresInMinutes }, { duration }) =>
    `Wähle innerhalb von ${duration(expiresInMinutes)} ein neues Passwort. Hast du nicht darum gebeten, ändert sich nichts.`,
  reason: `Du bekommst diese E-Mail, weil jemand darum gebeten hat, das Passwort deines Kontos bei ${brand.name} zurückzusetzen.`,
  title: "Setze dein Passwort zurück",
  asked: ({ expiresInMinutes }, { duration }) =>
    `Jemand, hoffentlich du, hat darum gebeten, das Passwort deines Kontos bei ${brand.name} zurückzusetzen. Der Link gilt ${duration(expiresInMinutes)} und funktioniert nur einmal.`,
  choose: "Neues Passwort wählen",
  notYou:
    "Wenn du nicht darum gebeten hast, ignoriere diese E-Mail: Dein Passwort bleibt, wie es ist. Leite diese E-Mail nie weiter, denn der Link ist so viel wert wie dein Passwort.",
};
