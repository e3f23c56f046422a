import { brand } from "@repo/brand";
import type { Texts } from "../../template.tsx";
import type { schema } from "./schema.ts";

export const en = {
  subject: `Your ${brand.name} account is deleted`,
  preheader: "This is our last email to you. We erase this address as soon as it is sent.",
  reason: `You get this email because your ${brand.name} account was deleted.`,
  title: "Your account is deleted",
  deleted: `Your ${brand.name} account is deleted, and all email that waited for you is cancelled. As soon as this email is sent, we erase your address too.`,
  notYou: "Was it not you? Write to",
} satisfies Texts<typeof schema>;
