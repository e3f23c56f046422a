import { z } from "zod";
import { type Schema, webUrl } from "../../schema.ts";

// The worker sends it to the accounts with the role `operator`. Its texts come from packages/email,
// in English, and contain no address and no server's answer.
export const schema = {
  props: z.object({
    cause: z.enum(["stopped", "bounces", "complaints", "queue", "events"]),
    /** The trouble is over. */
    isWell: z.boolean(),
    /** When it was noticed, such as `2026-11-30 09:41 UTC`. */
    since: z.string().max(40),
    /** What happens, as a sentence. */
    what: z.string().max(500),
    /** The next step, as a sentence. */
    next: z.string().max(500),
    url: webUrl,
  }),
  category: "security",
  onUnknown: "hold",
  // An old alert would mislead.
  expiry: 60,
} as const satisfies Schema;
