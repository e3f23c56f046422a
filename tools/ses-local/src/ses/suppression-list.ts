import type { Json } from "./json.ts";

export const REASONS = ["BOUNCE", "COMPLAINT"] as const;
export type Reason = (typeof REASONS)[number];

/** The account's suppression list. SES accepts email to these addresses and does not deliver it. */
export class SuppressionList {
  readonly #entries = new Map<string, { EmailAddress: string; Reason: Reason; at: number }>();

  has(address: string): boolean {
    return this.#entries.has(address.toLowerCase());
  }

  put(address: string, reason: Reason): void {
    const EmailAddress = address.toLowerCase();
    this.#entries.set(EmailAddress, { EmailAddress, Reason: reason, at: Date.now() });
  }

  get(address: string): Json | undefined {
    const entry = this.#entries.get(address.toLowerCase());
    return entry && describe(entry);
  }

  delete(address: string): boolean {
    return this.#entries.delete(address.toLowerCase());
  }

  /** @param from the index of the first entry: `next` of the previous page */
  page(
    size: number,
    from: number,
    reasons: readonly Reason[],
  ): { entries: Json[]; next: number | undefined } {
    const all = [...this.#entries.values()].filter(({ Reason }) => reasons.includes(Reason));
    const end = from + size;
    return {
      entries: all.slice(from, end).map(describe),
      next: end < all.length ? end : undefined,
    };
  }
}

/** An entry for the SES v2 API, which has times in seconds since 1970. */
function describe({ at, ...entry }: { EmailAddress: string; Reason: Reason; at: number }): Json {
  return { ...entry, LastUpdateTime: at / 1000 };
}
