import { brand } from "@repo/brand";
import type { Texts } from "../../template.tsx";
import type { schema } from "./schema.ts";

export const en = {
  subject: `Delete your ${brand.name} account?`,
  preheader: ({ expiresInMinutes }, { duration }) =>
    `Open the link within ${duration(expiresInMinutes)} to delete the account. If you do not, it stays.`,
  reason: `You get this email because someone who is logged in to your ${brand.name} account asked to delete it.`,
  title: "Delete your account?",
  asked: ({ expiresInMinutes }, { duration }) =>
    `Someone, hopefully you, asked to delete your ${brand.name} account and all that we know about you. Open the link in the browser that you are logged in with. It works for ${duration(expiresInMinutes)}.`,
  delete: "Delete the account",
  notYou: "If it was not you, somebody knows your password: change it now. The account stays.",
} satisfies Texts<typeof schema>;
