import { Journal } from "./journal.ts";

/** The accepted copies of one of our messages. */
export interface Counted {
  messageIds: string[];
  copies: number;
}

/**
 * Counts the accepted copies of our messages, by the value of the tag `message-id`. Deleting a
 * message does not change it.
 */
export class Tally {
  readonly counts = new Map<string, Counted>();
  readonly #journal: Journal<[ourId: string, messageId: string]>;

  constructor(path: string) {
    this.#journal = new Journal(path, ([ourId, messageId]) => {
      const count = this.counts.get(ourId) ?? { messageIds: [], copies: 0 };
      count.messageIds.push(messageId);
      count.copies += 1;
      this.counts.set(ourId, count);
    });
  }

  /** Counts a copy. A repeated call with the same ids has no effect. */
  add(ourId: string, messageId: string): void {
    if (this.counts.get(ourId)?.messageIds.includes(messageId)) return;
    this.#journal.append([ourId, messageId]);
  }

  clear(): void {
    this.#journal.clear();
    this.counts.clear();
  }
}
