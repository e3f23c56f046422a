import { existsSync, readFileSync } from "node:fs";
import { AppendFile } from "./append-file.ts";

/** The accepted copies of one of our messages. */
export interface Counted {
  messageIds: string[];
  copies: number;
}

/**
 * Counts the accepted copies of our messages, by the value of the tag `message-id`. The file has a
 * line for each copy. Deleting a message does not change it.
 */
export class Tally {
  readonly counts = new Map<string, Counted>();
  readonly #file: AppendFile;

  constructor(path: string) {
    const kept = existsSync(path) ? readFileSync(path, "latin1") : "";
    // Cuts off a line that a killed process left incomplete. The next line would be appended to it.
    const end = kept.lastIndexOf("\n") + 1;
    this.#file = new AppendFile(path, end);
    for (const line of kept.slice(0, end).split("\n")) {
      const [ourId, messageId] = line.split(" ");
      if (ourId && messageId) this.#count(ourId, messageId);
    }
  }

  /** Counts a copy. A repeated call with the same ids has no effect. */
  add(ourId: string, messageId: string): void {
    if (this.counts.get(ourId)?.messageIds.includes(messageId)) return;
    this.#file.append(Buffer.from(`${ourId} ${messageId}\n`));
    this.#count(ourId, messageId);
  }

  clear(): void {
    this.#file.clear();
    this.counts.clear();
  }

  #count(ourId: string, messageId: string): void {
    const count = this.counts.get(ourId) ?? { messageIds: [], copies: 0 };
    count.messageIds.push(messageId);
    count.copies += 1;
    this.counts.set(ourId, count);
  }
}
