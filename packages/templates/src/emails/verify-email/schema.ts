import { z } from "zod";
import { type Schema, linkMinutes, webUrl } from "../../schema.ts";

// No name: whoever typed the address typed that as well, and may be a stranger to it.
export const schema = {
  props: z.object({ url: webUrl, expiresInMinutes: linkMinutes }),
  category: "security",
  onUnknown: "resend",
  expiry: 24 * 60,
} as const satisfies Schema;
