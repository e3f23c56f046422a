import { randomBytes } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import type { Account } from "../ses/account.ts";
import { type SnsMessage, type Topic, subscriptionConfirmation } from "./message.ts";

// In ms. SNS waits 15 s for an answer, and then repeats the message three times, 20 s apart. Our
// pauses are shorter, so that a developer need not wait.
const PATIENCE = 15_000;
const PAUSES = [500, 1_000, 2_000, 4_000];
// In ms, between two tries of the handshake, because the app may start later.
const HANDSHAKE = 1_000;
/** Concurrent posts. SNS also limits them for each subscription. */
const CONCURRENCY = 32;

/** An endpoint's answer to a message. */
export interface Answer {
  /** The HTTP status. Null: no answer. */
  status: number | null;
  ms: number;
  error?: string;
}

/** An HTTP subscription of the topic, with its handshake. */
export class Webhook {
  readonly endpoint: string;
  readonly #topic: Topic;
  readonly #account: Account;
  #token = "";
  #waiting: (() => Promise<void>)[] = [];
  #running = 0;
  state: "pending" | "confirmed" = "pending";
  lastStatus: number | null = null;

  constructor(endpoint: string, topic: Topic, account: Account) {
    this.endpoint = endpoint;
    this.#topic = topic;
    this.#account = account;
  }

  /** Posts the confirmation until the app follows its link. Failures are not logged. */
  async subscribe(): Promise<void> {
    while (this.state === "pending") {
      this.#token = randomBytes(64).toString("hex");
      const version = this.#account.behaviour.events.signatureVersion;
      await this.#post(subscriptionConfirmation(this.#topic, this.#token, version));
      if (this.state === "pending") await sleep(HANDSHAKE, undefined, { ref: false });
    }
  }

  /** Confirms the subscription. @returns false if the token is wrong */
  confirm(token: string): boolean {
    if (token === "" || token !== this.#token) return false;
    this.state = "confirmed";
    return true;
  }

  /**
   * Posts a message. Like SNS, it tries again after a 5xx, a 429, or no answer.
   *
   * @param answered called with the answer of each attempt
   */
  deliver(
    message: SnsMessage,
    answered: (answer: Answer, attempt: number) => void,
    attempt = 1,
  ): void {
    this.#waiting.push(async () => {
      const answer = await this.#post(message);
      answered(answer, attempt);
      const pause = mayRetry(answer) ? PAUSES[attempt - 1] : undefined;
      if (pause === undefined) return;
      setTimeout(() => this.deliver(message, answered, attempt + 1), pause).unref();
    });
    this.#next();
  }

  #next(): void {
    while (this.#running < CONCURRENCY) {
      const run = this.#waiting.shift();
      if (!run) return;
      this.#running++;
      void run().finally(() => {
        this.#running--;
        this.#next();
      });
    }
  }

  async #post(message: SnsMessage): Promise<Answer> {
    const body = await message.body();
    const start = performance.now();
    const ms = () => Math.round((performance.now() - start) * 10) / 10;
    try {
      const response = await fetch(this.endpoint, {
        method: "POST",
        headers: {
          // SNS sends its JSON as text/plain.
          "content-type": "text/plain; charset=UTF-8",
          "user-agent": "Amazon Simple Notification Service Agent",
          "x-amz-sns-message-type": message.type,
          "x-amz-sns-message-id": message.id,
          "x-amz-sns-topic-arn": this.#topic.arn,
          ...(message.type === "Notification" && {
            "x-amz-sns-subscription-arn": this.#topic.subscriptionArn,
          }),
        },
        body,
        redirect: "manual",
        signal: AbortSignal.timeout(PATIENCE),
      });
      await response.arrayBuffer();
      this.lastStatus = response.status;
      return { status: response.status, ms: ms() };
    } catch (error) {
      this.lastStatus = null;
      const { cause, name } = error as Error;
      const reason = (cause as NodeJS.ErrnoException | undefined)?.code ?? name;
      return { status: null, ms: ms(), error: reason };
    }
  }
}

function mayRetry({ status }: Answer): boolean {
  return status === null || status === 429 || status >= 500;
}
