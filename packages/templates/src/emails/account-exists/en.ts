import { brand } from "@repo/brand";
import type { Texts } from "../../template.tsx";
import type { schema } from "./schema.ts";

export const en = {
  subject: `You already have an account at ${brand.name}`,
  preheader: "Log in, or choose a new password. If it was not you, there is nothing to do.",
  reason: `You get this email because someone signed up for ${brand.name} with this address.`,
  title: "You already have an account",
  justLogIn: ({ isReserved }) =>
    isReserved
      ? `Someone, perhaps you, signed up for ${brand.name} with this address. It belonged to an account until a few days ago, and is kept for that account for a week. Log in with the new address of that account, or bring this one back: the link for it is in our email of that day.`
      : `Someone, perhaps you, signed up for ${brand.name} with this address. It has an account already: just log in.`,
  logIn: "Log in",
  forgot: "Forgot your password?",
  chooseNew: "Choose a new one",
  notYou: "If it was not you, there is nothing to do: nothing has changed.",
} satisfies Texts<typeof schema>;
