import { randomUUID } from "node:crypto";

export interface QueueMessage {
  id: string;
  body: () => Promise<string>;
  sentAt: number;
  receives: number;
  firstReceivedAt: number | undefined;
  /** The receipt handle of the last receive. A delete with an older one has no effect. */
  handle: string;
  /** By performance.now(). */
  visibleAt: number;
}

// The queue of infra has ten. Fewer show dead letters sooner.
const MAX_RECEIVES = 5;
/**
 * The maximum number of messages, because nobody may read the queue. Beyond it the oldest is
 * deleted.
 */
const LIMIT = 20_000;

/** A queue of SQS, in memory. */
export class Queue {
  readonly name: string;
  /** Gets messages that were received too often. Undefined: they stay. */
  readonly deadLetters: Queue | undefined;
  readonly maxReceives = MAX_RECEIVES;
  /** In seconds. The default of a receive. */
  readonly visibilityTimeout = 30;
  readonly #messages = new Map<string, QueueMessage>();
  readonly #waiting = new Set<() => void>();

  constructor(name: string, deadLetters?: Queue) {
    this.name = name;
    this.deadLetters = deadLetters;
  }

  /** @param body called when the message is received */
  send(body: () => Promise<string>): void {
    this.#put({
      id: randomUUID(),
      body,
      sentAt: Date.now(),
      receives: 0,
      firstReceivedAt: undefined,
      handle: "",
      visibleAt: 0,
    });
  }

  /** @param wait seconds to wait for a message (a long poll) */
  async receive(
    max: number,
    visibility: number,
    wait: number,
    signal: AbortSignal,
  ): Promise<QueueMessage[]> {
    const deadline = performance.now() + wait * 1000;
    for (;;) {
      // Nobody would get a message that is taken now, and it would stay invisible for a while.
      if (signal.aborted) return [];
      const taken = this.#take(max, visibility);
      const left = deadline - performance.now();
      if (taken.length > 0 || left <= 0) return taken;
      await this.#change(Math.min(left, this.#nextVisible()), signal);
    }
  }

  /** @returns false if the handle is not that of the last receive */
  delete(handle: string): boolean {
    const message = this.#byHandle(handle);
    return message !== undefined && this.#messages.delete(message.id);
  }

  changeVisibility(handle: string, seconds: number): boolean {
    const message = this.#byHandle(handle);
    if (!message) return false;
    message.visibleAt = performance.now() + seconds * 1000;
    for (const wake of this.#waiting) wake();
    return true;
  }

  get counts(): { visible: number; inFlight: number } {
    const now = performance.now();
    const visible = [...this.#messages.values()].filter(({ visibleAt }) => visibleAt <= now).length;
    return { visible, inFlight: this.#messages.size - visible };
  }

  #put(message: QueueMessage): void {
    this.#messages.set(message.id, message);
    const [oldest] = this.#messages.keys();
    if (oldest && this.#messages.size > LIMIT) this.#messages.delete(oldest);
    for (const wake of this.#waiting) wake();
  }

  #take(max: number, visibility: number): QueueMessage[] {
    const now = performance.now();
    const taken: QueueMessage[] = [];
    for (const message of this.#messages.values()) {
      if (taken.length === max) break;
      if (message.visibleAt > now) continue;
      if (this.deadLetters && message.receives >= this.maxReceives) {
        this.#messages.delete(message.id);
        this.deadLetters.#put({ ...message, visibleAt: 0 });
        continue;
      }
      message.receives++;
      message.firstReceivedAt ??= Date.now();
      message.handle = `${message.id}#${message.receives}`;
      message.visibleAt = now + visibility * 1000;
      // A copy, because the next receive may change the message before this one is answered.
      taken.push({ ...message });
    }
    return taken;
  }

  #byHandle(handle: string): QueueMessage | undefined {
    const message = this.#messages.get(handle.split("#")[0] ?? "");
    return message?.handle === handle ? message : undefined;
  }

  #nextVisible(): number {
    const now = performance.now();
    const times = [...this.#messages.values()].map(({ visibleAt }) => visibleAt - now);
    return times.length > 0 ? Math.max(1, Math.min(...times)) : Infinity;
  }

  /** Resolves when a message may have become visible. @param ms the longest wait */
  #change(ms: number, signal: AbortSignal): Promise<void> {
    return new Promise((resolve) => {
      const done = () => {
        clearTimeout(timer);
        this.#waiting.delete(done);
        signal.removeEventListener("abort", done);
        resolve();
      };
      const timer = setTimeout(done, ms);
      this.#waiting.add(done);
      signal.addEventListener("abort", done, { once: true });
    });
  }
}
