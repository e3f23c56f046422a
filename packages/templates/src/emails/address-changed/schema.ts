import { z } from "zod";
import { type Schema, personName, webUrl } from "../../schema.ts";

export const schema = {
  props: z.object({ name: personName, url: webUrl, days: z.int().min(1) }),
  category: "security",
  onUnknown: "resend",
  expiry: 7 * 24 * 60,
} as const satisfies Schema;
