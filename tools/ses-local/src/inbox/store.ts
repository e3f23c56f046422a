import { EventEmitter } from "node:events";
import { appendFile, mkdir, readFile, readdir, rm, writeFile } from "node:fs/promises";
import path from "node:path";
import { type Incoming, type Message, readMessage } from "./message.ts";

/** Messages kept; the oldest go first. */
export const LIMIT = 500;

export interface Query {
  /** A recipient, whatever its case. */
  to?: string | undefined;
  /** Value of the `template` tag. */
  template?: string | undefined;
  /** Only what arrived later than the message of that id, or than that ISO 8601 time. */
  after?: string | undefined;
}

/** How often SES has taken a message of ours, under each of its ids. */
export type Tally = Map<string, { messageIds: string[]; copies: number }>;

interface Events {
  added: [Message];
  changed: [Message];
  /** Their ids. */
  removed: [string[]];
}

/**
 * The inbox: in memory for reading, on disk to survive a restart. A message is two files,
 * `<id>.eml` (its source) and `<id>.json` (what was read out of it), the second written last.
 */
export class Store extends EventEmitter<Events> {
  readonly #folder: string;
  readonly #tallyFile: string;
  readonly #messages = new Map<string, Message>();
  readonly #tally: Tally = new Map();
  #lastId = "";
  /** Ends with the last write: they go one after another, so that none overtakes a removal. */
  #disk: Promise<unknown> = Promise.resolve();

  private constructor(data: string) {
    super();
    // One listener for each waiting request and open page.
    this.setMaxListeners(0);
    this.#folder = path.join(data, "messages");
    this.#tallyFile = path.join(data, "tally.jsonl");
  }

  /** @param data folder, made where it is missing */
  static async open(data: string): Promise<Store> {
    const store = new Store(data);
    await mkdir(store.#folder, { recursive: true });
    await store.#load();
    return store;
  }

  async #load(): Promise<void> {
    const files = (await readdir(this.#folder)).filter((file) => file.endsWith(".json")).sort();
    for (const file of files) {
      try {
        const message: Message = JSON.parse(await readFile(path.join(this.#folder, file), "utf8"));
        this.#messages.set(message.id, message);
        this.#lastId = message.id;
      } catch {
        // Half-written when the machine stopped; its sender was not told that it arrived.
        await rm(path.join(this.#folder, file), { force: true });
      }
    }
    const tally = await readFile(this.#tallyFile, "utf8").catch(() => "");
    for (const line of tally.split("\n").slice(0, -1)) {
      const [ourId, messageId] = line.split(" ");
      if (ourId && messageId) this.#count(ourId, messageId);
    }
  }

  /** Keeps a message; when this resolves it is on disk. */
  async add(incoming: Incoming): Promise<Message> {
    const content = await readMessage(incoming);
    const now = Date.now();
    const id = this.#nextId(now);
    const message: Message = { id, at: new Date(now).toISOString(), read: false, ...content };
    this.#messages.set(id, message);
    this.emit("added", message);
    const ourId = message.tags["message-id"];
    if (ourId) this.#count(ourId, message.messageId);
    await this.#write(async () => {
      await writeFile(this.#file(id, "eml"), incoming.raw);
      await this.#save(message);
      if (ourId) await appendFile(this.#tallyFile, `${ourId} ${message.messageId}\n`);
    });
    const surplus = this.#messages.size - LIMIT;
    if (surplus > 0) await this.remove([...this.#messages.keys()].slice(0, surplus));
    return message;
  }

  /** Newest first. */
  find({ to, template, after }: Query = {}): Message[] {
    const recipient = to?.trim().toLowerCase();
    return [...this.#messages.values()]
      .filter(
        (message) =>
          (!recipient ||
            [message.to, message.cc, message.bcc]
              .flat()
              .some((address) => address.toLowerCase() === recipient)) &&
          (!template || message.tags["template"] === template) &&
          (!after || isAfter(message, after)),
      )
      .reverse();
  }

  get(id: string): Message | undefined {
    return this.#messages.get(id);
  }

  source(message: Message): Promise<Buffer> {
    return readFile(this.#file(message.id, "eml"));
  }

  async setRead(message: Message, read: boolean): Promise<void> {
    if (message.read === read) return;
    message.read = read;
    this.emit("changed", message);
    await this.#write(() => this.#save(message));
  }

  async remove(ids: string[]): Promise<void> {
    const removed = ids.filter((id) => this.#messages.delete(id));
    if (removed.length === 0) return;
    this.emit("removed", removed);
    await this.#write(async () => {
      for (const id of removed) {
        await rm(this.#file(id, "json"), { force: true });
        await rm(this.#file(id, "eml"), { force: true });
      }
    });
  }

  /** Removes every message and the tally. */
  async clear(): Promise<void> {
    this.#tally.clear();
    await this.remove([...this.#messages.keys()]);
    await this.#write(() => rm(this.#tallyFile, { force: true }));
  }

  get tally(): Tally {
    return this.#tally;
  }

  // Milliseconds in base 36, then a counter: ids sort by arrival, and none comes twice even
  // where the inbox was emptied or the clock set back.
  #nextId(now: number): string {
    const time = now.toString(36).padStart(9, "0");
    const lastTime = this.#lastId.slice(0, 9);
    const lastCount = this.#lastId.slice(9);
    const count = time > lastTime ? 0 : Number.parseInt(lastCount, 36) + 1;
    this.#lastId = (time > lastTime ? time : lastTime) + count.toString(36).padStart(4, "0");
    return this.#lastId;
  }

  #count(ourId: string, messageId: string): void {
    const entry = this.#tally.get(ourId) ?? { messageIds: [], copies: 0 };
    entry.messageIds.push(messageId);
    entry.copies += 1;
    this.#tally.set(ourId, entry);
  }

  #write(task: () => Promise<void>): Promise<void> {
    const written = this.#disk.then(task);
    this.#disk = written.catch(() => undefined);
    return written;
  }

  #save(message: Message): Promise<void> {
    return writeFile(this.#file(message.id, "json"), JSON.stringify(message));
  }

  #file(id: string, extension: "eml" | "json"): string {
    return path.join(this.#folder, `${id}.${extension}`);
  }
}

function isAfter(message: Message, after: string): boolean {
  return /^[0-9a-z]{13}$/.test(after)
    ? message.id > after
    : Date.parse(message.at) > Date.parse(after);
}
