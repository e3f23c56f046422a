import { EventEmitter } from "node:events";
import type { Store, Kept } from "../inbox/store.ts";
import type { Account } from "../ses/account.ts";
import { type Topic, notification } from "../sns/message.ts";
import type { Answer, Webhook } from "../sns/webhook.ts";
import type { Queue } from "../sqs/queue.ts";
import type { SesLocalEvent } from "./event.ts";
import { type About, type Kind, about, publish } from "./payload.ts";
import { fateOf, isSimulator } from "./simulator.ts";

/** Events kept to be looked at and replayed; the oldest go first. */
const KEPT = 2_000;
// In ms, between the event of sending and that of its fate.
const TRANSIT = 50;
// In ms. An event that is held back to come late waits no longer for another to overtake it.
const REORDER = 300;

interface Changes {
  changed: [SesLocalEvent];
}

/**
 * What SES says of messages: which events there are, in which order they go out, and to whom.
 * Only messages of a configuration set have any, as at SES.
 */
export class Publisher extends EventEmitter<Changes> {
  readonly #store: Store;
  readonly #account: Account;
  readonly #topic: Topic;
  readonly #queue: Queue;
  readonly webhook: Webhook | undefined;
  readonly #events = new Map<string, SesLocalEvent>();
  /** Of each message, by SES's id. */
  readonly #byMessage = new Map<string, SesLocalEvent[]>();
  /** Events that another is to overtake. */
  readonly #held = new Set<() => void>();
  #count = 0;

  constructor(options: {
    store: Store;
    account: Account;
    topic: Topic;
    queue: Queue;
    webhook: Webhook | undefined;
  }) {
    super();
    this.#store = options.store;
    this.#account = options.account;
    this.#topic = options.topic;
    this.#queue = options.queue;
    this.webhook = options.webhook;
    // The open inbox and `ses:listen` of every tab listen.
    this.setMaxListeners(0);
    options.store.on("added", (message) => this.#sent(message));
  }

  /** Newest first. @param after an event's id */
  list(after = ""): SesLocalEvent[] {
    return [...this.#events.values()].filter(({ id }) => id > after).reverse();
  }

  get(id: string): SesLocalEvent | undefined {
    return this.#events.get(id);
  }

  /** Oldest first. @param messageId SES's */
  of(messageId: string): SesLocalEvent[] {
    return this.#byMessage.get(messageId) ?? [];
  }

  /**
   * Publishes an event about a message of the inbox.
   *
   * @returns undefined where its configuration set publishes no such event
   */
  trigger(kind: Kind, message: Kept): SesLocalEvent | undefined {
    if (!publishes(message.configurationSet, kind)) return undefined;
    const [recipient = ""] = message.recipients;
    return this.#publish(kind, about(message, this.#store.source(message.id)), recipient);
  }

  /** Publishes an event about a message that nobody knows. */
  triggerUnknown(kind: Kind, recipient: string): SesLocalEvent {
    const at = new Date().toISOString();
    const messageId = `0100${Date.now().toString(16).padStart(12, "0")}-unknown-000000`;
    const set = { tags: {}, configurationSet: "sendoff" };
    return this.#publish(kind, { messageId, recipients: [recipient], at, ...set }, recipient);
  }

  /** Hands an event to the app once more, whatever the faults are. */
  replay(event: SesLocalEvent): void {
    this.#send(event);
  }

  #sent(message: Kept): void {
    if (message.configurationSet === null) return;
    const behaviour = this.#account.behaviour.events;
    const told = about(message, this.#store.source(message.id));
    const [first = ""] = message.recipients;
    const early = this.#account.drawEvent(behaviour.beforeResponse);
    const sending = () => this.#publish("send", told, first);
    if (early) {
      // The answer of SendEmail waits until the app has heard of it.
      const event = sending();
      this.#account.answerAfter(this.#taken(event));
    } else setImmediate(sending);
    setTimeout(() => {
      for (const recipient of message.recipients) {
        const suppressed = this.#account.suppressions.has(recipient);
        for (const kind of suppressed ? (["suppressed"] as const) : fateOf(recipient)) {
          this.#publish(kind, told, recipient);
        }
      }
    }, TRANSIT).unref();
  }

  #publish(kind: Kind, message: About, recipient: string): SesLocalEvent {
    const { type, summary, payload } = publish(kind, message, recipient);
    const event: SesLocalEvent = {
      id: `${Date.now().toString(36).padStart(9, "0")}${(this.#count++).toString(36).padStart(6, "0")}`,
      messageId: message.messageId,
      type,
      recipient,
      at: new Date().toISOString(),
      summary,
      payload,
      deliveries: [],
    };
    this.#keep(event);
    if ((kind === "bounce" || kind === "complaint") && !isSimulator(recipient)) {
      this.#account.suppressions.put(recipient, kind === "bounce" ? "BOUNCE" : "COMPLAINT");
    }
    this.#deliver(event);
    return event;
  }

  #keep(event: SesLocalEvent): void {
    this.#events.set(event.id, event);
    const siblings = this.#byMessage.get(event.messageId) ?? [];
    this.#byMessage.set(event.messageId, [...siblings, event]);
    const [oldest] = this.#events.values();
    if (oldest && this.#events.size > KEPT) {
      this.#events.delete(oldest.id);
      const rest = this.of(oldest.messageId).filter(({ id }) => id !== oldest.id);
      if (rest.length > 0) this.#byMessage.set(oldest.messageId, rest);
      else this.#byMessage.delete(oldest.messageId);
    }
    this.#changed(event);
  }

  /** By the faults that are set. */
  #deliver(event: SesLocalEvent): void {
    const { drop, delay, reorder, duplicate } = this.#account.behaviour.events;
    if (this.#account.drawEvent(drop)) return;
    const copies = this.#account.drawEvent(duplicate) ? 2 : 1;
    const send = () => {
      for (let copy = 0; copy < copies; copy++) this.#send(event);
    };
    if (this.#account.drawEvent(reorder)) {
      const release = () => {
        if (this.#held.delete(release)) send();
      };
      this.#held.add(release);
      setTimeout(release, REORDER + delay).unref();
      return;
    }
    const go = () => {
      send();
      for (const release of this.#held) release();
    };
    if (delay > 0) setTimeout(go, delay).unref();
    else go();
  }

  #send(event: SesLocalEvent): void {
    const version = this.#account.behaviour.events.signatureVersion;
    const message = notification(this.#topic, JSON.stringify(event.payload), version);
    const start = performance.now();
    this.#queue.send(JSON.stringify(message));
    const ms = Math.round((performance.now() - start) * 10) / 10;
    this.#note(event, "queue", { status: 200, ms }, 1);
    if (this.webhook?.state === "confirmed") {
      this.webhook.deliver(message, (answer, attempt) =>
        this.#note(event, "webhook", answer, attempt),
      );
    }
  }

  #note(event: SesLocalEvent, to: "webhook" | "queue", answer: Answer, attempt: number): void {
    event.deliveries.push({ to, at: new Date().toISOString(), ...answer, attempt });
    this.#changed(event);
  }

  #changed(event: SesLocalEvent): void {
    this.emit("changed", event);
    this.#store.touch(event.messageId);
  }

  /** Resolves once the webhook has answered, or at once where there is none. */
  async #taken(event: SesLocalEvent): Promise<void> {
    if (this.webhook?.state !== "confirmed") return;
    await new Promise<void>((resolve) => {
      const look = () => {
        if (!event.deliveries.some(({ to }) => to === "webhook")) return;
        this.off("changed", look);
        resolve();
      };
      this.on("changed", look);
      look();
    });
  }
}

/** Open and click tracking rewrite links: the security set has none of it. */
function publishes(configurationSet: string | null, kind: Kind): boolean {
  if (configurationSet === null) return false;
  return !(configurationSet.endsWith("security") && (kind === "open" || kind === "click"));
}
