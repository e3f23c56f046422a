import { z } from "zod";
import { type Schema, linkMinutes, webUrl } from "../../schema.ts";

export const schema = {
  props: z.object({ url: webUrl, expiresInMinutes: linkMinutes }),
  category: "security",
  onUnknown: "resend",
  expiry: 60,
} as const satisfies Schema;
