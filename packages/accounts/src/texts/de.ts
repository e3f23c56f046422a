import { brand } from "@repo/brand";
import { PASSWORD_LENGTH } from "../passwords/rules.ts";
import type { en } from "./en.ts";

export const de: typeof en = {
  refusals: {
    INVALID_CREDENTIALS:
      "E-Mail-Adresse oder Passwort stimmt nicht. Gerade erst registriert? Öffne zuerst den Link aus unserer E-Mail.",
    NOT_LOGGED_IN: "Melde dich zuerst an.",
    WRONG_PASSWORD: "Das ist nicht dein Passwort.",
    PASSWORD_CHECK_NEEDED: "Gib zuerst noch einmal dein Passwort ein.",
    SAME_ADDRESS: "Das ist schon deine Adresse.",
    FOREIGN_LINK:
      "Dieser Link gehört zu einem anderen Konto. Melde dich dort an und öffne den Link noch einmal.",
    TOKEN_UNKNOWN: "Dieser Link ist nicht von uns, oder ein Teil davon fehlt.",
    TOKEN_USED: "Dieser Link oder ein neuerer wurde schon benutzt.",
    TOKEN_EXPIRED: "Dieser Link ist abgelaufen.",
    PASSWORD_REQUIRED: "Wähle ein Passwort für dein Konto.",
    WEAK_PASSWORD: "Wähle ein anderes Passwort.",
    SIGN_UP_UNKNOWN:
      "In diesem Browser wartet keine Registrierung auf ihren Link. Registriere dich noch einmal oder melde dich an.",
    TOO_MANY_TRIES: "Das war zu oft.",
    SIGN_UP_CLOSED: "Gerade registrieren sich zu viele Leute.",
    BUSY: "Gerade ist zu viel los.",
  },
  passwords: {
    short: `Nimm mindestens ${PASSWORD_LENGTH.min} Zeichen.`,
    long: `Nimm höchstens ${PASSWORD_LENGTH.max} Zeichen.`,
    sequence: "Wähle ein Passwort, das keine einfache Folge von Zeichen ist.",
    personal: `Wähle ein Passwort, das mehr ist als dein Name, deine E-Mail-Adresse oder ${brand.name}.`,
    common: "Wähle ein anderes Passwort: Dieses probieren Angreifer als Erstes.",
  },
  tryAgainLater: "Versuch es später noch einmal.",
  tryAgainIn: (wait) => `Versuch es in ${wait} noch einmal.`,
};
