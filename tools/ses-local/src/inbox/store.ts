import { EventEmitter } from "node:events";
import { mkdirSync } from "node:fs";
import path from "node:path";
import type { InboxMessage } from "./inbox-message.ts";
import { Journal, type Place } from "./journal.ts";
import { type Content, type Envelope, readContent } from "./message.ts";
import { Tally } from "./tally.ts";

export interface Query {
  /** A recipient, in upper or lower case. */
  to?: string | undefined;
  /** The value of the tag `template`. */
  template?: string | undefined;
  /** The id of a message, or an ISO 8601 time: only messages that arrived later. */
  after?: string | undefined;
}

/**
 * A message of the inbox. It is parsed only when somebody looks at it: a load test sends many.
 */
export interface Kept extends Envelope, Pick<InboxMessage, "id" | "at" | "size" | "read"> {}

/** A parsed message. */
export type Message = Omit<Kept, "recipients"> & Content;

interface Held {
  message: Kept;
  place: Place;
  content?: Promise<Content>;
}

/** A change of the inbox, as the journal has it. After `added`, the message's source follows there. */
type Change = { added: Kept } | { removed: string[] } | { marked: string[]; read: boolean };

interface Events {
  added: [Kept];
  changed: [Kept];
  /** Their ids. */
  removed: [string[]];
}

/**
 * The inbox and the tally. They are in memory for reading, and on disk to survive a restart. A
 * message is written to disk before anyone can see it.
 */
export class Store extends EventEmitter<Events> {
  readonly #journal: Journal<Change>;
  readonly #tally: Tally;
  readonly #limit: number;
  /** Id → message, in the order of arrival. */
  readonly #held = new Map<string, Held>();
  /** Template → ids, in the same order. Messages without a template are under "". */
  readonly #byTemplate = new Map<string, Set<string>>();
  /** SES's id → id, for messages with a configuration set. The others have no events. */
  readonly #bySesId = new Map<string, string>();
  #lastId = "";

  /**
   * @param data the folder, created if it is missing
   * @param limit the number of messages to keep. Beyond it, the oldest message of the most frequent
   *   template is deleted, so that a newsletter does not displace all other messages
   */
  constructor(data: string, limit: number) {
    super();
    // One listener for each waiting request and open page.
    this.setMaxListeners(0);
    this.#limit = limit;
    mkdirSync(data, { recursive: true, mode: 0o700 });
    this.#tally = new Tally(path.join(data, "tally.journal"));
    this.#journal = new Journal<Change>(
      path.join(data, "messages.journal"),
      (change, place) => this.#apply(change, place),
      () => [...this.#held.values()].map(({ message, place }) => [{ added: message }, place]),
    );
  }

  /** Adds a message. When this returns, the message is on disk and counted. */
  add(raw: Buffer, envelope: Envelope): void {
    const now = Date.now();
    const at = new Date(now).toISOString();
    const added = { id: this.#nextId(now), at, ...envelope, size: raw.length, read: false };
    this.#journal.append({ added }, raw);
  }

  /** Newest first. */
  find({ to, template, after }: Query = {}): Kept[] {
    const recipient = to?.trim().toLowerCase();
    return [...this.#held.values()]
      .map(({ message }) => message)
      .filter(
        ({ recipients, tags, ...message }) =>
          (!recipient || recipients.some((address) => address.toLowerCase() === recipient)) &&
          (!template || tags["template"] === template) &&
          (!after || isAfter(message, after)),
      )
      .reverse();
  }

  /** Whether the message with this SES id is in the inbox and may have events. */
  hasSesId(messageId: string): boolean {
    return this.#bySesId.has(messageId);
  }

  get(id: string): Kept | undefined {
    return this.#held.get(id)?.message;
  }

  /** Parses a message. Undefined: there is none with this id. */
  async read(id: string): Promise<Message | undefined> {
    const held = this.#held.get(id);
    if (!held) return undefined;
    const { recipients, ...message } = held.message;
    held.content ??= readContent(this.source(id), recipients);
    return { ...message, ...(await held.content) };
  }

  /** @throws Error if there is no message with this id */
  source(id: string): Buffer {
    const held = this.#held.get(id);
    if (!held) throw new Error(`No message ${id}.`);
    return this.#journal.read(held.place);
  }

  /** Emits `changed` for a message that has a new event. @param messageId SES's id */
  touch(messageId: string): void {
    const id = this.#bySesId.get(messageId);
    const message = id === undefined ? undefined : this.get(id);
    if (message) this.emit("changed", message);
  }

  mark(ids: string[], read: boolean): void {
    const marked = ids.filter((id) => this.get(id)?.read === !read);
    if (marked.length > 0) this.#journal.append({ marked, read });
  }

  remove(ids: string[]): void {
    const removed = ids.filter((id) => this.#held.has(id));
    if (removed.length > 0) this.#journal.append({ removed });
  }

  /** Removes every message and the tally. */
  clear(): void {
    this.#journal.clear();
    this.#tally.clear();
    this.#drop([...this.#held.keys()]);
  }

  get tally(): Tally["counts"] {
    return this.#tally.counts;
  }

  /** Applies a change, a new one or one that is replayed from the journal. */
  #apply(change: Change, place: Place): void {
    if ("added" in change) {
      const message = change.added;
      this.#lastId = message.id;
      // Counted only after the journal has it. If the process ends in between, the replay counts it.
      const ourId = message.tags["message-id"];
      if (ourId) this.#tally.add(ourId, message.messageId);
      this.#held.set(message.id, { message, place });
      const template = message.tags["template"] ?? "";
      const siblings = this.#byTemplate.get(template) ?? new Set();
      this.#byTemplate.set(template, siblings.add(message.id));
      if (message.configurationSet !== null) this.#bySesId.set(message.messageId, message.id);
      this.emit("added", message);
      if (this.#held.size > this.#limit) this.#prune();
    } else if ("removed" in change) {
      this.#drop(change.removed);
    } else {
      for (const message of change.marked.map((id) => this.get(id))) {
        if (!message) continue;
        message.read = change.read;
        this.emit("changed", message);
      }
    }
  }

  #prune(): void {
    const [most] = [...this.#byTemplate.values()].toSorted((a, b) => b.size - a.size);
    const [oldest] = most ?? [];
    if (oldest) this.#drop([oldest]);
  }

  #drop(ids: string[]): void {
    const dropped = ids.filter((id) => this.#held.has(id));
    for (const id of dropped) {
      const { messageId = "", tags = {} } = this.get(id) ?? {};
      this.#bySesId.delete(messageId);
      const template = tags["template"] ?? "";
      const siblings = this.#byTemplate.get(template);
      siblings?.delete(id);
      if (siblings?.size === 0) this.#byTemplate.delete(template);
      this.#held.delete(id);
    }
    if (dropped.length > 0) this.emit("removed", dropped);
  }

  // Milliseconds in base 36, then a counter. Ids increase, and never repeat, even if the inbox was
  // emptied or the clock was set back.
  #nextId(now: number): string {
    const time = now.toString(36).padStart(9, "0");
    const lastTime = this.#lastId.slice(0, 9);
    const lastCount = this.#lastId.slice(9);
    const count = time > lastTime ? 0 : Number.parseInt(lastCount, 36) + 1;
    this.#lastId = (time > lastTime ? time : lastTime) + count.toString(36).padStart(4, "0");
    return this.#lastId;
  }
}

/** Whether a text has the form of a message's id. */
export const isId = (text: string) => /^[0-9a-z]{13}$/.test(text);

function isAfter({ id, at }: { id: string; at: string }, after: string): boolean {
  return isId(after) ? id > after : Date.parse(at) > Date.parse(after);
}
