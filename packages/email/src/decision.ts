import { EmailError } from "./error.ts";

/** Who does it, and why: kept, for those who ask later. */
export interface Decision {
  by: string;
  because: string;
}

// It is shown in one line.
const MAX_WORDS = 500;

/** @throws EmailError `NO_REASON` */
export function checkDecision({ by, because }: Decision): Decision {
  const text = because.trim();
  if (text !== "" && text.length <= MAX_WORDS) return { by, because: text };
  throw new EmailError("NO_REASON", `Say why, in ${MAX_WORDS} characters at most.`);
}
