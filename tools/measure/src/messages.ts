import type { NewMessage, Templates } from "@repo/email/enqueue";
import { keysOf } from "@repo/email/keys";
import { z } from "zod";

/** The sender of every email here. */
export const FROM = "Example <hello@example.com>";
/** EMAIL_KEY of every database here. */
export const KEYS = keysOf("a key of the benchmarks with 32 characters");

const props = z.object({ name: z.string(), url: z.url() });
const withLifetime = props.extend({ expiresInMinutes: z.number() });

/**
 * The emails of every benchmark and campaign. The list is fixed, so that results stay comparable
 * when the product's emails change. Campaigns with the real worker need props that its templates
 * accept.
 */
export const templates = {
  "password-changed": { props, category: "security", onUnknown: "hold", expiry: 7 * 24 * 60 },
  "password-reset": {
    props: withLifetime,
    category: "security",
    onUnknown: "resend",
    expiry: 60,
  },
  "verify-email": {
    props: withLifetime,
    category: "security",
    onUnknown: "resend",
    expiry: 24 * 60,
  },
  welcome: { props, category: "account", onUnknown: "hold", expiry: 7 * 24 * 60 },
} as const satisfies Templates;

export const NAMES = Object.keys(templates) as (keyof typeof templates)[];

/** The same emails for both sides: each template in turn, each recipient once. */
export function newMessage(i: number): NewMessage<typeof templates> {
  const template = NAMES[i % NAMES.length] ?? "welcome";
  const token = "Zm9vYmFyYmF6cXV4Zm9vYmFyYmF6cXV4Zm9vYmFyYmE";
  const url = `https://app.example.com/${template}?token=${token}`;
  return {
    template,
    to: `person${i}@example.com`,
    props: {
      name: "Sam Sample",
      url,
      ...("expiresInMinutes" in templates[template].props.shape && { expiresInMinutes: 60 }),
    },
  };
}

/** So many messages, of all templates or of one. */
export function* newMessages(count: number, only?: string) {
  for (let i = 0, made = 0; made < count; i++) {
    const message = newMessage(i);
    if (only !== undefined && message.template !== only) continue;
    made++;
    // TypeScript wants a known template, so name one.
    yield message as NewMessage<typeof templates, "welcome">;
  }
}
