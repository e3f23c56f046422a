import { z } from "zod";
import { type Schema, webUrl } from "../../schema.ts";

// Sent in place of verify-email, where the address has an account: queued and delivered alike.
export const schema = {
  props: z.object({ logInUrl: webUrl, resetUrl: webUrl }),
  category: "security",
  onUnknown: "resend",
  expiry: 24 * 60,
} as const satisfies Schema;
