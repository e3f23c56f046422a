import { z } from "zod";
import { type Schema, personName, webUrl } from "../../schema.ts";

export const schema = {
  props: z.object({ name: personName, url: webUrl }),
  category: "security",
  onUnknown: "hold",
  expiry: 7 * 24 * 60,
  reserve: true,
} as const satisfies Schema;
