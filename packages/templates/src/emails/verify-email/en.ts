import { brand } from "@repo/brand";
import type { Texts } from "../../template.tsx";
import type { schema } from "./schema.ts";

export const en = {
  subject: `Confirm your email address for ${brand.name}`,
  preheader: ({ expiresInMinutes }, { duration }) =>
    `Confirm within ${duration(expiresInMinutes)} that this address is yours, and your account is ready to use.`,
  reason: `You get this email because someone signed up for ${brand.name} with this address.`,
  title: "Confirm your email address",
  signedUp: ({ expiresInMinutes }, { duration }) =>
    `Someone, hopefully you, signed up for ${brand.name} with this address. Confirm that it is yours, and your account is ready to use. The link works for ${duration(expiresInMinutes)}.`,
  confirm: "Confirm my email address",
  notYou: "If you did not sign up, ignore this email: nobody can use this address without it.",
} satisfies Texts<typeof schema>;
