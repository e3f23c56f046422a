import { z } from "zod";
import { type Schema, webUrl } from "../../schema.ts";

// Sent in place of change-address if another account has the address. The two are queued and
// delivered in the same way, so that the time of an email does not distinguish them.
export const schema = {
  props: z.object({ url: webUrl }),
  category: "security",
  onUnknown: "resend",
  expiry: 60,
} as const satisfies Schema;
