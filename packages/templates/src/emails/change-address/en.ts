import { brand } from "@repo/brand";
import type { Texts } from "../../template.tsx";
import type { schema } from "./schema.ts";

export const en = {
  subject: `Confirm this address for ${brand.name}`,
  preheader: ({ expiresInMinutes }, { duration }) =>
    `Open the link within ${duration(expiresInMinutes)}, in the browser that you are logged in with.`,
  reason: `You get this email because someone wants to use this address for their ${brand.name} account.`,
  title: "Confirm your new address",
  asked: ({ expiresInMinutes }, { duration }) =>
    `Someone, hopefully you, wants to use this address for their ${brand.name} account. Open the link in the browser that you are logged in with. It works for ${duration(expiresInMinutes)}.`,
  use: "Use this address",
  notYou: "If it was not you, ignore this email: the account keeps its address.",
} satisfies Texts<typeof schema>;
