import { Journal } from "../inbox/journal.ts";
import type { Delivery, SesLocalEvent } from "./event.ts";

/** A change of the history. */
type Line = { event: SesLocalEvent } | { id: string; delivery: Delivery };

/**
 * The published events. They are in memory for reading, and on disk to survive a restart. Beyond
 * the limit it deletes old events, first those of messages that the inbox no longer has.
 */
export class History {
  readonly #limit: number;
  readonly #isInInbox: (messageId: string) => boolean;
  readonly #events = new Map<string, SesLocalEvent>();
  /** The events of each message, by SES's id. */
  readonly #byMessage = new Map<string, SesLocalEvent[]>();
  readonly #journal: Journal<Line>;

  /** @param limit the number of events to keep */
  constructor(path: string, limit: number, isInInbox: (messageId: string) => boolean) {
    this.#limit = limit;
    this.#isInInbox = isInInbox;
    this.#journal = new Journal<Line>(
      path,
      (line) => this.#apply(line),
      () => [...this.#events.values()].map((event): [Line] => [{ event }]),
    );
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
    this.#journal.append({ event });
  }

  addDelivery(id: string, delivery: Delivery): void {
    this.#journal.append({ id, delivery });
  }

  #apply(line: Line): void {
    if ("delivery" in line) {
      this.#events.get(line.id)?.deliveries.push(line.delivery);
      return;
    }
    const { event } = line;
    // Before it is added: otherwise an event about an unknown message would be the first to go.
    if (this.#events.size >= this.#limit) this.#prune();
    this.#events.set(event.id, event);
    this.#byMessage.set(event.messageId, [...this.of(event.messageId), event]);
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
}
