import { brand } from "@repo/brand";
import type { en } from "./en.ts";

export const de: typeof en = {
  subject: `Dein Konto bei ${brand.name} löschen?`,
  preheader: ({ expiresInMinutes }, { duration }) =>
    `Öffne den Link innerhalb von ${duration(expiresInMinutes)}, um das Konto zu löschen. Sonst bleibt es bestehen.`,
  reason: `Du bekommst diese E-Mail, weil jemand, der in deinem Konto bei ${brand.name} angemeldet ist, es löschen möchte.`,
  title: "Dein Konto löschen?",
  asked: ({ expiresInMinutes }, { duration }) =>
    `Jemand, hoffentlich du, möchte dein Konto bei ${brand.name} und alles, was wir über dich wissen, löschen. Öffne den Link in dem Browser, in dem du angemeldet bist. Er gilt ${duration(expiresInMinutes)} lang.`,
  delete: "Das Konto löschen",
  notYou:
    "Wenn du es nicht warst, kennt jemand dein Passwort: Ändere es jetzt. Das Konto bleibt bestehen.",
};
