import { brand } from "@repo/brand";
import type { en } from "./en.ts";

export const de: typeof en = {
  subject: `Willkommen bei ${brand.name}`,
  preheader: "Deine E-Mail-Adresse ist bestätigt und dein Konto ist bereit. Hier geht es los.",
  reason: `Du bekommst diese E-Mail, weil du diese Adresse für dein Konto bei ${brand.name} bestätigt hast.`,
  title: `Willkommen bei ${brand.name}`,
  ready:
    "Deine E-Mail-Adresse ist bestätigt und dein Konto ist bereit. Alles beginnt auf deiner Kontoseite.",
  toAccount: "Zu meinem Konto",
  help: "Du kommst nicht weiter oder hast eine Frage? Schreib an die Adresse unten. Ein Mensch liest mit.",
};
