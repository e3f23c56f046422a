import { EmailError } from "./error.ts";

/** Who does something, and why. It is stored for those who ask later. */
export interface Decision {
  by: string;
  because: string;
}

// In characters. Commands show the reason in one line.
const MAX_LENGTH = 500;

/** @throws EmailError `NO_REASON` */
export function checkDecision({ by, because }: Decision): Decision {
  const text = because.trim();
  if (text !== "" && text.length <= MAX_LENGTH) return { by, because: text };
  throw new EmailError("NO_REASON", `Say why, in ${MAX_LENGTH} characters at most.`);
}
