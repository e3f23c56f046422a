import { z } from "zod";
import { type Schema, personName, webUrl } from "../../schema.ts";

export const schema = {
  props: z.object({ name: personName, url: webUrl, expiresInMinutes: z.int().min(1).max(1440) }),
  category: "security",
  onUnknown: "resend",
  expiry: 60,
} as const satisfies Schema;
