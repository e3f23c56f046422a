import { brand } from "@repo/brand";
import type { Texts } from "../../template.tsx";
import type { schema } from "./schema.ts";

export const en = {
  subject: `The address of your ${brand.name} account was changed`,
  preheader: ({ days }) =>
    `If it was not you, take your account back within ${days} days, with the link in this email.`,
  reason: `You get this email because this was the address of your ${brand.name} account. We always tell you.`,
  title: "Your address was changed",
  changed: `Your ${brand.name} account has another email address now. From now on we write to the new one. If it was you, there is nothing to do.`,
  notYou: ({ days }) =>
    `If it was not you, take your account back within ${days} days: the link brings this address back, with a new password that you choose. It logs out every browser.`,
  takeBack: "Take my account back",
  keep: "Keep this email for these days, and never forward it.",
} satisfies Texts<typeof schema>;
