import { brand } from "@repo/brand";
import type { Texts } from "../../template.tsx";
import { type schema, total } from "./schema.ts";

export const en = {
  subject: ({ number }) => `Your receipt ${number} from ${brand.name}`,
  preheader: ({ lines, currency }, { money }) =>
    `We have received your payment of ${money(total(lines), currency)}. Thank you.`,
  reason: `You get this email because you paid for something at ${brand.name}.`,
  title: "Thank you for your payment",
  received: "We have received your payment. This is your receipt.",
  receipt: "Receipt",
  paidOn: "Paid on",
  caption: "What you paid for",
  item: "Item",
  quantity: "Quantity",
  amount: "Amount",
  tax: "Tax included",
  total: "Total",
  allReceipts: "All your receipts:",
  payments: "See my payments",
  wrong: "Is something wrong? Write to the address below. A person reads it.",
} satisfies Texts<typeof schema>;
