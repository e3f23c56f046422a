// Emails for the tests of this package, which know nothing of the product's emails.
import { z } from "zod";
import type { Templates } from "./enqueue.ts";
import type { Categories } from "./preferences/categories.ts";

export const categories = {
  security: {},
  account: {},
  news: { byDefault: "on" },
  tips: { byDefault: "off" },
} as const satisfies Categories;

const props = z.object({
  name: z.string().trim(),
  url: z.url({ protocol: /^https?$/, normalize: true }),
});

export const templates = {
  "verify-email": { props, category: "security", onUnknown: "resend", expiry: 24 * 60 },
  "password-reset": {
    props: props.extend({ expiresInMinutes: z.number() }),
    category: "security",
    onUnknown: "resend",
    expiry: 60,
    reserve: true,
  },
  "password-changed": {
    props,
    category: "security",
    onUnknown: "hold",
    expiry: 24 * 60,
    reserve: true,
  },
  welcome: { props, category: "account", onUnknown: "hold", expiry: 7 * 24 * 60 },
  news: { props, category: "news", onUnknown: "hold", expiry: 7 * 24 * 60 },
  tips: { props, category: "tips", onUnknown: "hold", expiry: 7 * 24 * 60 },
} as const satisfies Templates;

/** @throws ZodError if the props do not fit */
export function render(
  template: string,
  given: unknown,
  _locale?: string,
  links?: { unsubscribe: string },
) {
  const { name, url } = templates[template as keyof typeof templates].props.parse(given);
  return {
    subject: template,
    html: `<p>Hello ${name}, <a href="${url}">open this</a>.</p>`,
    text: `Hello ${name}, open this: ${url}${links ? `, unsubscribe: ${links.unsubscribe}` : ""}`,
  };
}
