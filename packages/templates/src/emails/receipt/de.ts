import { brand } from "@repo/brand";
import type { en } from "./en.ts";
import { total } from "./schema.ts";

export const de: typeof en = {
  subject: ({ number }) => `Deine Quittung ${number} von ${brand.name}`,
  preheader: ({ lines, currency }, { money }) =>
    `Wir haben deine Zahlung von ${money(total(lines), currency)} erhalten. Vielen Dank.`,
  reason: `Du bekommst diese E-Mail, weil du bei ${brand.name} etwas bezahlt hast.`,
  title: "Danke für deine Zahlung",
  received: "Wir haben deine Zahlung erhalten. Das ist deine Quittung.",
  receipt: "Quittung",
  paidOn: "Bezahlt am",
  caption: "Was du bezahlt hast",
  item: "Posten",
  quantity: "Menge",
  amount: "Betrag",
  tax: "Enthaltene Steuer",
  total: "Summe",
  allReceipts: "Alle deine Quittungen:",
  payments: "Meine Zahlungen ansehen",
  wrong: "Stimmt etwas nicht? Schreib an die Adresse unten. Ein Mensch liest mit.",
};
