import { existsSync, readFileSync } from "node:fs";
import { AppendFile } from "./append-file.ts";

/** What SES has taken of a message of ours. */
export interface Counted {
  messageIds: string[];
  copies: number;
}

/**
 * How often SES has taken a message of ours, by the value of its `message-id` tag. On disk a
 * line for each copy; it outlives the messages.
 */
export class Tally {
  readonly counts = new Map<string, Counted>();
  readonly #file: AppendFile;

  constructor(path: string) {
    const kept = existsSync(path) ? readFileSync(path, "latin1") : "";
    // A line that was half-written when the process was killed would swallow the next one.
    const end = kept.lastIndexOf("\n") + 1;
    this.#file = new AppendFile(path, end);
    for (const line of kept.slice(0, end).split("\n")) {
      const [ourId, messageId] = line.split(" ");
      if (ourId && messageId) this.#count(ourId, messageId);
    }
  }

  /** Counts a copy once, however often it is told. */
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
