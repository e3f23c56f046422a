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

/** The same with all that a caller can add, beyond ASCII wherever that is allowed. */
export const fullMessage: OutgoingMessage = {
  ...message,
  to: "full@example.com",
  html: '<p>Hello ✓ <img src="cid:logo@example.com" alt="Logo"></p>',
  subject: `Größe „ナイン“ 👩‍👩‍👧 ${"длинная тема ".repeat(20)}`.trim(),
  replyTo: { name: "Бюро, ナイン", address: "reply@example.org" },
  headers: { "X-Order": `order-17 ${"x".repeat(500)}`, "List-Id": "<orders.example.com>" },
  tags: { campaign: "spring_2026", long: "v".repeat(256) },
  attachments: [
    {
      filename: "Rechnung März.pdf",
      contentType: "application/pdf",
      content: Uint8Array.from({ length: 70_000 }, (_, i) => i % 256),
    },
    {
      filename: "logo.png",
      contentType: "image/png",
      content: Buffer.from([0x89, 0x50, 0x0a, 0x0d, 0x0a]),
      contentId: "logo@example.com",
    },
  ],
};
