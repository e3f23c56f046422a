import { z } from "zod";
import { type Schema, personName, webUrl } from "../../schema.ts";

// An example.
export const schema = {
  props: z.object({
    name: personName,
    /** What the email is about, in a few words. */
    title: z.string().min(1).max(60),
    text: z.string().min(1).max(500),
    /** 480 by 240 pixels. */
    picture: z.object({ src: webUrl, alt: z.string().max(200) }).optional(),
    news: z.array(z.object({ title: z.string().max(100), text: z.string().max(500) })).max(10),
    url: webUrl,
  }),
  category: "product-news",
  onUnknown: "hold",
  expiry: 3 * 24 * 60,
} as const satisfies Schema;
