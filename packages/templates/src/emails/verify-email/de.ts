import { brand } from "@repo/brand";
import type { en } from "./en.ts";

export const de: typeof en = {
  subject: `Bestätige deine E-Mail-Adresse für ${brand.name}`,
  preheader: ({ expiresInMinutes }, { duration }) =>
    `Bestätige innerhalb von ${duration(expiresInMinutes)}, dass diese Adresse dir gehört. Dann ist dein Konto bereit.`,
  reason: `Du bekommst diese E-Mail, weil sich jemand mit dieser Adresse bei ${brand.name} registriert hat.`,
  title: "Bestätige deine E-Mail-Adresse",
  signedUp: ({ expiresInMinutes }, { duration }) =>
    `Jemand, hoffentlich du, hat sich mit dieser Adresse bei ${brand.name} registriert. Bestätige, dass sie dir gehört, und dein Konto ist bereit. Der Link gilt ${duration(expiresInMinutes)}.`,
  confirm: "E-Mail-Adresse bestätigen",
  notYou:
    "Wenn du dich nicht registriert hast, ignoriere diese E-Mail: Ohne sie kann niemand diese Adresse benutzen.",
};
