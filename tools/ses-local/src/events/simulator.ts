import type { Kind } from "./payload.ts";

// https://docs.aws.amazon.com/ses/latest/dg/send-an-email-from-console.html#send-email-simulator
const SIMULATOR: Record<string, Kind[]> = {
  success: ["delivery"],
  bounce: ["bounce"],
  complaint: ["delivery", "complaint"],
  ooto: ["delivery", "out-of-office"],
  // AWS: "as if the address is on the global suppression list". That is not the account's own list.
  suppressionlist: ["suppressed-globally"],
};

/** Whether an address belongs to SES's mailbox simulator, with or without a `+label`. */
export function isSimulator(address: string): boolean {
  return /@simulator\.amazonses\.com$/i.test(address);
}

/** The events that follow the Send event of a message to this address. */
export function eventsOf(address: string): Kind[] {
  const [, mailbox = ""] = /^([a-z]+)(?:\+[^@]*)?@simulator\.amazonses\.com$/i.exec(address) ?? [];
  return SIMULATOR[mailbox.toLowerCase()] ?? ["delivery"];
}
