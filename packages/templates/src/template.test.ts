import { expect, it } from "vitest";
import { z } from "zod";
import type { Schema } from "./schema.ts";
import { type Template, compose, preview } from "./template.tsx";
import { everywhere } from "./test-texts.ts";

const schema = {
  props: z.object({ order: z.string() }),
  category: "account",
  onUnknown: "hold",
  expiry: 60,
} as const satisfies Schema;

const template: Template<typeof schema> = {
  texts: everywhere({
    subject: ({ order }) => `Your order ${order}`,
    preheader: "It is on its way.",
    reason: "You ordered.",
  }),
  Content: () => "It is on its way.",
  cases: { usual: { order: "12" } },
};

it("should not let a prop break the subject into two headers", () => {
  const { subject } = compose(template, { order: "12\r\nBcc: all@example.org\u0000" });
  expect(subject).toBe("Your order 12 Bcc: all@example.org");
});

it("should throw the worker's error in the preview, for an email with a component that waits", () => {
  const Content = async () => "It is on its way.";
  const Email = preview(schema, { ...template, Content });
  expect(() => Email(Email.PreviewProps)).toThrow(/^<Content> waits/);
});
