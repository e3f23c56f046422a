import { brand } from "@repo/brand";
import type { Texts } from "../../template.tsx";
import type { schema } from "./schema.ts";

export const en = {
  subject: `This address belongs to another ${brand.name} account`,
  preheader: "An account cannot get the address of another one. Nothing has changed.",
  reason: `You get this email because someone wants to use this address for their ${brand.name} account.`,
  title: "This address has an account already",
  taken: `Someone, perhaps you, wants to use this address for another ${brand.name} account. But it belongs to an account already, or belonged to one until a few days ago.`,
  bothYours:
    "Are both accounts yours? Log in with this address. Then change the address of that account, or delete the account.",
  logIn: "Log in",
  notYou: "If it was not you, there is nothing to do: nothing has changed.",
} satisfies Texts<typeof schema>;
