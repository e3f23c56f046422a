import type { OutgoingMessage } from "./transport.ts";

/** What the transports' tests send. */
export const message: OutgoingMessage = {
  id: "0197d8a0-0000-7000-8000-000000000001",
  template: "password-reset",
  category: "security",
  to: "name@example.com",
  subject: "Grüße ✓",
  html: "<p>Hello ✓</p>",
  text: "Hello ✓",
};
