import { z } from "zod";
import { type Schema, linkMinutes, webUrl } from "../../schema.ts";

// No name: a stranger may have typed the address, and the name with it.
export const schema = {
  props: z.object({ url: webUrl, expiresInMinutes: linkMinutes }),
  category: "security",
  onUnknown: "resend",
  expiry: 24 * 60,
} as const satisfies Schema;
