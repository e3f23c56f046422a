import { existsSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { AppendFile } from "../inbox/append-file.ts";
import type { Delivery, SesLocalEvent } from "./event.ts";

/** One line of the history's file. */
type Line = { event: SesLocalEvent } | { id: string; delivery: Delivery };

/**
 * The published events. They are in memory for reading, and on disk to survive a restart. Beyond
 * the limit it deletes old events, first those of messages that the inbox no longer has.
 */
export class History {
  readonly #path: string;
  readonly #limit: number;
  readonly #isInInbox: (messageId: string) => boolean;
  readonly #events = new Map<string, SesLocalEvent>();
  /** The events of each message, by SES's id. */
  readonly #byMessage = new Map<string, SesLocalEvent[]>();
  #file: AppendFile;
  /** The number of lines in the file. */
  #lines = 0;

  /** @param limit the number of events to keep */
  constructor(path: string, limit: number, isInInbox: (messageId: string) => boolean) {
    this.#path = path;
    this.#limit = limit;
    this.#isInInbox = isInInbox;
    for (const line of existsSync(path) ? readLines(path) : []) this.#apply(line);
    this.#file = this.#rewritten();
  }

  /** Newest first. @param after the id of an event: only later ones */
  list(after = ""): SesLocalEvent[] {
    return [...this.#events.values()].filter(({ id }) => id > after).reverse();
  }

  get(id: string): SesLocalEvent | undefined {
    return this.#events.get(id);
  }

  /** The events of a message, oldest first. @param messageId SES's id */
  of(messageId: string): SesLocalEvent[] {
    return this.#byMessage.get(messageId) ?? [];
  }

  add(event: SesLocalEvent): void {
    this.#append({ event });
  }

  addDelivery(id: string, delivery: Delivery): void {
    this.#append({ id, delivery });
  }

  #append(line: Line): void {
    this.#apply(line);
    this.#file.append(Buffer.from(`${JSON.stringify(line)}\n`));
    this.#lines += 1;
    // An event has about three lines. The other lines belong to deleted events.
    if (this.#lines > 6 * this.#limit) {
      this.#file.close();
      this.#file = this.#rewritten();
    }
  }

  #apply(line: Line): void {
    if ("delivery" in line) {
      this.#events.get(line.id)?.deliveries.push(line.delivery);
      return;
    }
    const { event } = line;
    this.#events.set(event.id, event);
    this.#byMessage.set(event.messageId, [...this.of(event.messageId), event]);
    if (this.#events.size > this.#limit) this.#prune();
  }

  #prune(): void {
    const events = [...this.#events.values()];
    const oldest = events.find(({ messageId }) => !this.#isInInbox(messageId)) ?? events[0];
    if (!oldest) return;
    this.#events.delete(oldest.id);
    const rest = this.of(oldest.messageId).filter(({ id }) => id !== oldest.id);
    if (rest.length > 0) this.#byMessage.set(oldest.messageId, rest);
    else this.#byMessage.delete(oldest.messageId);
  }

  /** Writes a new file with the kept events only, and puts it in place of the old one. */
  #rewritten(): AppendFile {
    const lines = [...this.#events.values()].map((event) => `${JSON.stringify({ event })}\n`);
    const content = lines.join("");
    writeFileSync(`${this.#path}.new`, content, { mode: 0o600 });
    renameSync(`${this.#path}.new`, this.#path);
    this.#lines = lines.length;
    return new AppendFile(this.#path, Buffer.byteLength(content));
  }
}

/** Skips a line that a killed process has left incomplete. */
function readLines(path: string): Line[] {
  return readFileSync(path, "utf8")
    .split("\n")
    .flatMap((line) => {
      try {
        return [JSON.parse(line) as Line];
      } catch {
        return [];
      }
    });
}
