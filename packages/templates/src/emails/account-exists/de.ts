import { brand } from "@repo/brand";
import type { en } from "./en.ts";

export const de: typeof en = {
  subject: `Du hast schon ein Konto bei ${brand.name}`,
  preheader: "Melde dich an oder wähle ein neues Passwort. Warst du es nicht, musst du nichts tun.",
  reason: `Du bekommst diese E-Mail, weil sich jemand mit dieser Adresse bei ${brand.name} registriert hat.`,
  title: "Du hast schon ein Konto",
  justLogIn: ({ isReserved }) =>
    isReserved
      ? `Jemand, vielleicht du, hat sich mit dieser Adresse bei ${brand.name} registriert. Sie gehörte bis vor ein paar Tagen zu einem Konto und bleibt eine Woche lang für dieses Konto reserviert. Melde dich mit der neuen Adresse des Kontos an oder hol diese zurück: Den Link dazu findest du in unserer E-Mail von jenem Tag.`
      : `Jemand, vielleicht du, hat sich mit dieser Adresse bei ${brand.name} registriert. Dafür gibt es schon ein Konto: Melde dich einfach an.`,
  logIn: "Anmelden",
  forgot: "Passwort vergessen?",
  chooseNew: "Neues Passwort wählen",
  notYou: "Wenn du es nicht warst, musst du nichts tun: Es hat sich nichts geändert.",
};
