import { brand } from "@repo/brand";
import type { Texts } from "../../template.tsx";
import type { schema } from "./schema.ts";

export const en = {
  subject: `Your ${brand.name} password was changed`,
  preheader: "If it was you, there is nothing to do. If it was not, take your account back now.",
  reason: `You get this email because the password of your ${brand.name} account was changed. We always tell you.`,
  title: "Your password was changed",
  changed: `The password of your ${brand.name} account was just changed. If it was you, there is nothing to do.`,
  notYou: "If it was not you, reset your password now to take your account back.",
  reset: "Reset my password",
  next: "The page asks for your email address and sends you a link to a new password.",
} satisfies Texts<typeof schema>;
