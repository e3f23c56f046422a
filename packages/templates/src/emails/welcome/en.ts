import { brand } from "@repo/brand";
import type { Texts } from "../../template.tsx";
import type { schema } from "./schema.ts";

export const en = {
  subject: `Welcome to ${brand.name}`,
  preheader: "Your email address is confirmed, and your account is ready. Here is where to start.",
  reason: `You get this email because you confirmed this address for your ${brand.name} account.`,
  title: `Welcome to ${brand.name}`,
  ready:
    "Your email address is confirmed and your account is ready. Everything starts from your account page.",
  toAccount: "Go to my account",
  help: "Stuck or curious? Write to the address below. A person reads it.",
} satisfies Texts<typeof schema>;
