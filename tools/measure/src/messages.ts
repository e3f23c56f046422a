import type { NewMessage, Templates } from "@repo/email/enqueue";
import { z } from "zod";

/** The sender of every email here. */
export const FROM = "Sendoff <hello@example.com>";
/** EMAIL_KEY of every database here. */
export const KEY = "a key of the benchmarks, 32 characters";

const props = z.object({ name: z.string(), url: z.url() });

/**
 * The emails of every benchmark and campaign. A fixed list, so that figures stay comparable
 * whatever emails the product has.
 */
export const templates = {
  "password-changed": { props, category: "security", onUnknown: "hold", expiry: 7 * 24 * 60 },
  "password-reset": {
    props: props.extend({ expiresInMinutes: z.number() }),
    category: "security",
    onUnknown: "resend",
    expiry: 60,
  },
  "verify-email": { props, category: "security", onUnknown: "resend", expiry: 24 * 60 },
  welcome: { props, category: "account", onUnknown: "hold", expiry: 7 * 24 * 60 },
} as const satisfies Templates;

export const NAMES = Object.keys(templates) as (keyof typeof templates)[];

/** The same emails on every side: each template in turn, each recipient once. */
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
      ...(template === "password-reset" && { expiresInMinutes: 60 }),
    },
  };
}

/** As many, or as many of one template. */
export function* newMessages(count: number, only?: string) {
  for (let i = 0, made = 0; made < count; i++) {
    const message = newMessage(i);
    if (only !== undefined && message.template !== only) continue;
    made++;
    // Of some template: TypeScript would want to know of which.
    yield message as NewMessage<typeof templates, "welcome">;
  }
}
