import type { NewMessage } from "@repo/email/enqueue";
import { type TemplateName, templates } from "@repo/templates/registry";

/** The sender of every email here. */
export const FROM = "Sendoff <hello@example.com>";
/** EMAIL_KEY of every database here. */
export const KEY = "a key of the benchmarks, 32 characters";

const names = Object.keys(templates) as TemplateName[];

/** The same emails on every side: each template in turn, each recipient once. */
export function newMessage(i: number): NewMessage<TemplateName> {
  const template = names[i % names.length] ?? "welcome";
  const token = "Zm9vYmFyYmF6cXV4Zm9vYmFyYmF6cXV4Zm9vYmFyYmE";
  const props = {
    name: "Sam Sample",
    url: `https://app.example.com/${template}?token=${token}`,
    ...(template === "password-reset" && { expiresInMinutes: 60 }),
  };
  // The schema of each template takes these and passes over others.
  return { template, to: `person${i}@example.com`, props: props };
}
