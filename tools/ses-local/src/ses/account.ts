import { type Behaviour, type Fault, NORMAL } from "../control/behaviour.ts";
import { quotaExceeded, rateExceeded } from "./error.ts";
import type { Json } from "./json.ts";
import { createRandom } from "./random.ts";
import { REASONS, type Reason, SuppressionList } from "./suppression-list.ts";
import { TokenBucket } from "./token-bucket.ts";

/**
 * The account at SES: what it may send, and how SES behaves towards it. It lasts as long as the
 * process.
 */
export class Account {
  readonly suppressions = new SuppressionList();
  /** What puts an address on that list by itself. */
  suppressedReasons: readonly Reason[] = REASONS;
  /** What PutAccountDetails said, for AWS to review; nobody does here. */
  details: Json | undefined;
  /** Of the events that its configuration sets publish. */
  readonly topicArn: string;
  #behaviour: Behaviour = NORMAL;
  #random = createRandom(NORMAL.seed);
  readonly #bucket = new TokenBucket(NORMAL.account.maxSendRate);
  /** Recipients since the behaviour was set. */
  #accepted = 0;
  /** Of events: those of the messages must not depend on how many there are. */
  #eventRandom = createRandom(NORMAL.seed);
  #held: Promise<unknown> | undefined;

  constructor(topicArn: string) {
    this.topicArn = topicArn;
  }

  get behaviour(): Behaviour {
    return this.#behaviour;
  }

  /** Replaces the behaviour at once; its draws and its count of what was sent begin anew. */
  behave(behaviour: Behaviour): void {
    this.#behaviour = behaviour;
    this.#random = createRandom(behaviour.seed);
    this.#eventRandom = createRandom(behaviour.seed);
    this.#bucket.rate = behaviour.account.maxSendRate;
    this.#accepted = 0;
  }

  /** What befalls the next SendEmail. Each call is one draw, whatever the faults are. */
  draw(): Fault | undefined {
    let left = this.#random();
    return this.#behaviour.faults.find(({ share }) => {
      left -= share;
      return left < 0;
    })?.fault;
  }

  /** Whether a fault of that share befalls an event. */
  drawEvent(share: number): boolean {
    return share > 0 && this.#eventRandom() < share;
  }

  /** The answer to the message that is being accepted waits for this. */
  answerAfter(held: Promise<unknown>): void {
    this.#held = held;
  }

  /** What the answer to the message just accepted waits for; asked once. */
  beforeAnswer(): Promise<unknown> | undefined {
    const held = this.#held;
    this.#held = undefined;
    return held;
  }

  /**
   * Counts a message that is about to be accepted. SES counts its recipients.
   *
   * @throws SesError TooManyRequestsException, and then it is not counted
   */
  spend(recipients: number): void {
    const { account, enforceQuota, enforceRate } = this.#behaviour;
    const unlimited = account.max24HourSend === -1;
    if (enforceQuota && !unlimited && this.#sent + recipients > account.max24HourSend) {
      throw quotaExceeded();
    }
    if (enforceRate && !this.#bucket.take(recipients)) {
      throw rateExceeded();
    }
    this.#accepted += recipients;
  }

  /** GetAccount's answer. */
  describe(): Json {
    const { account } = this.#behaviour;
    return {
      DedicatedIpAutoWarmupEnabled: false,
      EnforcementStatus: "HEALTHY",
      ProductionAccessEnabled: account.productionAccess,
      SendQuota: {
        Max24HourSend: account.max24HourSend,
        MaxSendRate: account.maxSendRate,
        SentLast24Hours: this.#sent,
      },
      SendingEnabled: account.sendingEnabled,
      SuppressionAttributes: { SuppressedReasons: this.suppressedReasons },
      ...(this.details && { Details: { ...this.details, ReviewDetails: { Status: "PENDING" } } }),
    };
  }

  get #sent(): number {
    return this.#behaviour.account.sentLast24Hours + this.#accepted;
  }
}
