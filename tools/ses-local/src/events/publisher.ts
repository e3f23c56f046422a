import { EventEmitter } from "node:events";
import { setTimeout as sleep } from "node:timers/promises";
import type { Store, Kept } from "../inbox/store.ts";
import type { Account } from "../ses/account.ts";
import type { Reason } from "../ses/suppression-list.ts";
import { type Topic, notification } from "../sns/message.ts";
import type { Answer, Webhook } from "../sns/webhook.ts";
import type { Queue } from "../sqs/queue.ts";
import type { SesLocalEvent } from "./event.ts";
import type { History } from "./history.ts";
import { type About, type Kind, about, publish } from "./payload.ts";
import { eventsOf, isSimulator } from "./simulator.ts";

// In ms, from the Send event to the next event.
const TRANSIT = 50;
/** The events that put their recipient on the account's suppression list, with the reason. */
const REASONS: { [K in Kind]?: Reason } = { bounce: "BOUNCE", complaint: "COMPLAINT" };
// In ms. The longest time that a held event waits for another one to overtake it.
const REORDER = 1_000;

interface Changes {
  changed: [SesLocalEvent];
}

/**
 * Publishes events about messages: decides which, in which order, and where they go. As at SES,
 * only messages with a configuration set have events.
 */
export class Publisher extends EventEmitter<Changes> {
  readonly #store: Store;
  readonly #account: Account;
  readonly #topic: Topic;
  readonly #queue: Queue;
  readonly webhook: Webhook | undefined;
  /** The published events. */
  readonly history: History;
  /** Functions that release the events that wait for another one to overtake them. */
  readonly #held = new Set<() => void>();
  #count = 0;

  constructor(options: {
    store: Store;
    account: Account;
    topic: Topic;
    queue: Queue;
    webhook: Webhook | undefined;
    history: History;
  }) {
    super();
    this.#store = options.store;
    this.#account = options.account;
    this.#topic = options.topic;
    this.#queue = options.queue;
    this.webhook = options.webhook;
    this.history = options.history;
    // Each open inbox and each `ses:listen` has a listener.
    this.setMaxListeners(0);
    options.store.on("added", (message) => this.#sent(message));
  }

  /**
   * Publishes an event about a message of the inbox.
   *
   * @param to the recipient that it is about. Default: the message's first recipient
   * @returns undefined if the message's configuration set publishes no such event
   */
  trigger(kind: Kind, message: Kept, to?: string): SesLocalEvent | undefined {
    if (!publishes(message.configurationSet, kind)) return undefined;
    const [first = ""] = message.recipients;
    const isMeant = (address: string) => address.toLowerCase() === to?.trim().toLowerCase();
    const recipient = message.recipients.find(isMeant) ?? first;
    return this.#publish(kind, about(message, this.#store.source(message.id)), recipient);
  }

  /** Publishes an event about an unknown message. */
  triggerUnknown(kind: Kind, recipient: string): SesLocalEvent {
    const at = new Date().toISOString();
    const messageId = `0100${Date.now().toString(16).padStart(12, "0")}-unknown-000000`;
    const unknown = { tags: {}, configurationSet: "app", headers: [] };
    return this.#publish(kind, { messageId, recipients: [recipient], at, ...unknown }, recipient);
  }

  /** Delivers an event to the app again, without the faults. */
  replay(event: SesLocalEvent): void {
    void this.#send(event);
  }

  #sent(message: Kept): void {
    if (message.configurationSet === null) return;
    const behaviour = this.#account.behaviour.events;
    const told = about(message, this.#store.source(message.id));
    const [first = ""] = message.recipients;
    if (this.#account.drawEvent(behaviour.beforeResponse)) {
      // SendEmail is answered after the app has got this event.
      this.#account.answerAfter(this.#deliver(this.#create("send", told, first)));
    } else setImmediate(() => this.#publish("send", told, first));
    setTimeout(() => {
      for (const recipient of message.recipients) {
        const suppressed = this.#account.suppressions.has(recipient);
        for (const kind of suppressed ? (["suppressed"] as const) : eventsOf(recipient)) {
          this.#publish(kind, told, recipient);
        }
      }
    }, TRANSIT).unref();
  }

  #publish(kind: Kind, message: About, recipient: string): SesLocalEvent {
    const event = this.#create(kind, message, recipient);
    void this.#deliver(event);
    return event;
  }

  #create(kind: Kind, message: About, recipient: string): SesLocalEvent {
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
    this.history.add(event);
    this.#changed(event);
    const reason = REASONS[kind];
    if (reason && !isSimulator(recipient)) {
      this.#account.suppressions.put(recipient, reason);
    }
    return event;
  }

  /**
   * Delivers an event with the current faults. Resolves when the webhook has answered, if there is
   * one.
   */
  async #deliver(event: SesLocalEvent): Promise<void> {
    const { drop, delay, reorder, duplicate } = this.#account.behaviour.events;
    if (this.#account.drawEvent(drop)) return;
    const copies = this.#account.drawEvent(duplicate) ? 2 : 1;
    const isHeld = this.#account.drawEvent(reorder);
    if (isHeld) await this.#overtaken(delay + REORDER);
    else if (delay > 0) await sleep(delay, undefined, { ref: false });
    await Promise.all(Array.from({ length: copies }, () => this.#send(event)));
    // Only after this event has arrived, so that it really overtakes them.
    if (!isHeld) for (const release of this.#held) release();
  }

  /** Resolves when another event has been delivered, or after `limit` ms. */
  #overtaken(limit: number): Promise<void> {
    return new Promise((resolve) => {
      const release = () => {
        clearTimeout(timer);
        this.#held.delete(release);
        resolve();
      };
      const timer = setTimeout(release, limit).unref();
      this.#held.add(release);
    });
  }

  /** Resolves at the webhook's first answer, or at once if no webhook has subscribed. */
  #send(event: SesLocalEvent): Promise<void> {
    const { signatureVersion } = this.#account.behaviour.events;
    const message = notification(this.#topic, event.payload, signatureVersion);
    this.#queue.send(message.body);
    this.#note(event, "queue", { status: 200, ms: 0 }, 1);
    const { webhook } = this;
    if (webhook?.state !== "confirmed") return Promise.resolve();
    return new Promise((resolve) => {
      webhook.deliver(message, (answer, attempt) => {
        this.#note(event, "webhook", answer, attempt);
        resolve();
      });
    });
  }

  #note(event: SesLocalEvent, to: "webhook" | "queue", answer: Answer, attempt: number): void {
    const at = new Date().toISOString();
    this.history.addDelivery(event.id, { to, at, ...answer, attempt });
    this.#changed(event);
  }

  #changed(event: SesLocalEvent): void {
    this.emit("changed", event);
    this.#store.touch(event.messageId);
  }
}

/** The set for security mail does not track opens and clicks, because tracking rewrites links. */
function publishes(configurationSet: string | null, kind: Kind): boolean {
  if (configurationSet === null) return false;
  return !(configurationSet.endsWith("security") && (kind === "open" || kind === "click"));
}
