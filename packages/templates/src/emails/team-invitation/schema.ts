import { z } from "zod";
import { type Schema, personName, webUrl } from "../../schema.ts";

// An example. `personName` cleans the team's name too: a stranger may have typed it.
export const schema = {
  props: z.object({ inviter: personName, team: personName, url: webUrl }),
  category: "account",
  onUnknown: "hold",
  expiry: 7 * 24 * 60,
} as const satisfies Schema;
