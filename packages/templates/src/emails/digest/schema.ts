import { z } from "zod";
import { type Schema, personName, webUrl } from "../../schema.ts";

// An example. Its lists are limited: Gmail cuts off an email of more than 102 KB, and a long one
// keeps the worker from everything else.
export const schema = {
  props: z.object({
    name: personName,
    done: z.array(z.string().max(200)).max(100),
    comments: z.array(z.object({ by: personName, text: z.string().max(500) })).max(20),
    /** At the top, 480 by 240 pixels. */
    picture: z.object({ src: webUrl, alt: z.string().max(200) }).optional(),
    next: z
      .array(z.object({ title: z.string().max(100), text: z.string().max(500), url: webUrl }))
      .max(3),
    url: webUrl,
  }),
  category: "digest",
  onUnknown: "hold",
  expiry: 2 * 24 * 60,
} as const satisfies Schema;
