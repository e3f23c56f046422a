import { brand } from "@repo/brand";
import type { Texts } from "../../template.tsx";
import type { schema } from "./schema.ts";

export const en = {
  subject: `Reset your ${brand.name} password`,
  preheader: ({ expiresInMinutes }, { duration }) =>
    `Choose a new password within ${duration(expiresInMinutes)}. If you did not ask for it, nothing changes.`,
  reason: `You get this email because someone asked to reset the password of your ${brand.name} account.`,
  title: "Reset your password",
  asked: ({ expiresInMinutes }, { duration }) =>
    `Someone, hopefully you, asked to reset the password of your ${brand.name} account. The link works once, for ${duration(expiresInMinutes)}.`,
  choose: "Choose a new password",
  notYou:
    "If you did not ask for this, ignore this email: your password stays as it is. Never forward this email: the link is as good as your password.",
} satisfies Texts<typeof schema>;
