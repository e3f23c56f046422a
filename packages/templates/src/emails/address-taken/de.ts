import { brand } from "@repo/brand";
import type { en } from "./en.ts";

export const de: typeof en = {
  subject: `Diese Adresse gehört zu einem anderen Konto bei ${brand.name}`,
  preheader:
    "Ein Konto kann nicht die Adresse eines anderen bekommen. Es hat sich nichts geändert.",
  reason: `Du bekommst diese E-Mail, weil jemand diese Adresse für ein Konto bei ${brand.name} verwenden möchte.`,
  title: "Für diese Adresse gibt es schon ein Konto",
  taken: `Jemand, vielleicht du, möchte diese Adresse für ein anderes Konto bei ${brand.name} verwenden. Sie gehört aber schon zu einem Konto oder gehörte bis vor ein paar Tagen zu einem.`,
  bothYours:
    "Gehören beide Konten dir? Melde dich mit dieser Adresse an. Ändere dann die Adresse jenes Kontos oder lösche es.",
  logIn: "Anmelden",
  notYou: "Wenn du es nicht warst, musst du nichts tun: Es hat sich nichts geändert.",
};
