import { z } from "zod";
import { type Schema, personName, webUrl } from "../../schema.ts";

export const schema = {
  props: z.object({ name: personName, url: webUrl }),
  category: "account",
  onUnknown: "hold",
} as const satisfies Schema;
