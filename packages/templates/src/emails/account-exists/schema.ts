import { z } from "zod";
import { type Schema, webUrl } from "../../schema.ts";

// Sent in place of verify-email if the address has an account. The two are queued and delivered in
// the same way, so that the time of an email does not distinguish them.
export const schema = {
  props: z.object({
    logInUrl: webUrl,
    resetUrl: webUrl,
    /** The address was that of an account until some days ago, which may have it back. */
    isReserved: z.boolean(),
  }),
  category: "security",
  onUnknown: "resend",
  expiry: 24 * 60,
} as const satisfies Schema;
