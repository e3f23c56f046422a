import { brand } from "@repo/brand";
import type { en } from "./en.ts";

export const de: typeof en = {
  subject: `Bestätige diese Adresse für ${brand.name}`,
  preheader: ({ expiresInMinutes }, { duration }) =>
    `Öffne den Link innerhalb von ${duration(expiresInMinutes)} in dem Browser, in dem du angemeldet bist.`,
  reason: `Du bekommst diese E-Mail, weil jemand diese Adresse für ein Konto bei ${brand.name} verwenden möchte.`,
  title: "Bestätige deine neue Adresse",
  asked: ({ expiresInMinutes }, { duration }) =>
    `Jemand, hoffentlich du, möchte diese Adresse für ein Konto bei ${brand.name} verwenden. Öffne den Link in dem Browser, in dem du angemeldet bist. Er gilt ${duration(expiresInMinutes)} lang.`,
  use: "Diese Adresse verwenden",
  notYou: "Wenn du es nicht warst, ignoriere diese E-Mail: Das Konto behält seine Adresse.",
};
