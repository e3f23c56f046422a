import type { Kind } from "./payload.ts";

// https://docs.aws.amazon.com/ses/latest/dg/send-an-email-from-console.html#send-email-simulator
const SIMULATOR: Record<string, Kind[]> = {
  success: ["delivery"],
  bounce: ["bounce"],
  complaint: ["delivery", "complaint"],
  ooto: ["delivery", "out-of-office"],
  // "As if on the global suppression list", which is not the account's own.
  suppressionlist: ["suppressed-globally"],
};

/** Whether an address is one of SES's mailbox simulator, with or without a `+label`. */
export function isSimulator(address: string): boolean {
  return /@simulator\.amazonses\.com$/i.test(address);
}

/** What becomes of a message to an address, after it was sent. */
export function eventsOf(address: string): Kind[] {
  const [, mailbox = ""] = /^([a-z]+)(?:\+[^@]*)?@simulator\.amazonses\.com$/i.exec(address) ?? [];
  return SIMULATOR[mailbox.toLowerCase()] ?? ["delivery"];
}
