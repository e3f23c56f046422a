import { brand } from "@repo/brand";
import type { en } from "./en.ts";

export const de: typeof en = {
  subject: `Dein Konto bei ${brand.name} ist gelöscht`,
  preheader: "Das ist unsere letzte E-Mail an dich. Danach löschen wir auch diese Adresse.",
  reason: `Du bekommst diese E-Mail, weil dein Konto bei ${brand.name} gelöscht wurde.`,
  title: "Dein Konto ist gelöscht",
  deleted: `Dein Konto bei ${brand.name} ist gelöscht, und keine E-Mail wartet mehr auf dich. Sobald diese hier verschickt ist, löschen wir auch deine Adresse.`,
  notYou: "Warst du es nicht? Schreib an",
};
