import { z } from "zod";
import { type Schema, linkMinutes, personName, webUrl } from "../../schema.ts";

export const schema = {
  props: z.object({ name: personName, url: webUrl, expiresInMinutes: linkMinutes }),
  category: "security",
  onUnknown: "resend",
  expiry: 60,
} as const satisfies Schema;
