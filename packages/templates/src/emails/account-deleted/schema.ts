import { z } from "zod";
import type { Schema } from "../../schema.ts";

export const schema = {
  props: z.object({}),
  category: "security",
  onUnknown: "hold",
  // The address is erased after an hour.
  expiry: 60,
} as const satisfies Schema;
