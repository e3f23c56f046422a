import { z } from "zod";
import { type Schema, personName, webUrl } from "../../schema.ts";

export const schema = {
  props: z.object({
    name: personName,
    change: z.enum(["profile", "address", "session", "sessions", "export"]),
    url: webUrl,
  }),
  category: "security",
  onUnknown: "hold",
  expiry: 7 * 24 * 60,
} as const satisfies Schema;
