import { z } from "zod";
import { type Schema, linkMinutes } from "../../schema.ts";

// An example.
export const schema = {
  props: z.object({ code: z.string().regex(/^\d{6}$/), expiresInMinutes: linkMinutes }),
  category: "security",
  onUnknown: "resend",
  expiry: 10,
} as const satisfies Schema;
