import { z } from "zod";
import { type Schema, personName, webUrl } from "../../schema.ts";

// An example. A PDF of it is passed to the call: enqueue(tx, { template: "receipt", to, props,
// attachments: [{ filename: "receipt-17.pdf", contentType: "application/pdf", content }] }).
// apps/worker/src/receipt.full.test.ts delivers one.
export const schema = {
  props: z.object({
    name: personName,
    number: z.string().regex(/^[\w-]{1,30}$/),
    paidOn: z.iso.date(),
    /** ISO 4217, as in "EUR". */
    currency: z.string().regex(/^[A-Z]{3}$/),
    /**
     * Amounts are in the currency, with the tax. With more lines Gmail would cut the email off; put
     * them into the PDF.
     */
    lines: z
      .array(z.object({ what: z.string().max(200), quantity: z.int().min(1), amount: z.number() }))
      .max(100),
    tax: z.number(),
    url: webUrl,
  }),
  category: "account",
  onUnknown: "resend",
  expiry: 7 * 24 * 60,
} as const satisfies Schema;

/** What was paid, in the currency. */
export function total(lines: { amount: number }[]): number {
  return lines.reduce((sum, { amount }) => sum + amount, 0);
}
