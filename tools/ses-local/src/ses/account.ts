import { type Behaviour, type Fault, NORMAL } from "../control/behaviour.ts";
import { quotaExceeded, rateExceeded } from "./error.ts";
import { createRandom } from "./random.ts";
import { REASONS, SuppressionList } from "./suppression-list.ts";
import { TokenBucket } from "./token-bucket.ts";

/**
 * The account at SES: what it may send, and how SES behaves. Its state ends with the process.
 */
export class Account {
  readonly suppressions = new SuppressionList();
  #behaviour: Behaviour = NORMAL;
  #random = createRandom(NORMAL.seed);
  readonly #bucket = new TokenBucket();
  /** Accepted recipients since the behaviour was set. */
  #accepted = 0;
  /** Random numbers for events. Messages have another sequence, so that events do not change it. */
  #eventRandom = createRandom(NORMAL.seed);
  #held: Promise<unknown> | undefined;

  get behaviour(): Behaviour {
    return this.#behaviour;
  }

  /** Replaces the behaviour at once. Random numbers and the count of sent messages start again. */
  behave(behaviour: Behaviour): void {
    this.#behaviour = behaviour;
    this.#random = createRandom(behaviour.seed);
    this.#eventRandom = createRandom(behaviour.seed);
    this.#accepted = 0;
  }

  /**
   * Draws the fault of the next SendEmail. Each call takes one random number, even without faults.
   */
  draw(): Fault | undefined {
    let left = this.#random();
    return this.#behaviour.faults.find(({ share }) => {
      left -= share;
      return left < 0;
    })?.fault;
  }

  /** Draws whether an event meets a fault of this share. */
  drawEvent(share: number): boolean {
    return share > 0 && this.#eventRandom() < share;
  }

  /** Delays the answer to the current message until `held` has resolved. */
  answerAfter(held: Promise<unknown>): void {
    this.#held = held;
  }

  /** The promise of `answerAfter`, only once. */
  beforeAnswer(): Promise<unknown> | undefined {
    const held = this.#held;
    this.#held = undefined;
    return held;
  }

  /**
   * Counts a message before it is accepted. SES counts its recipients.
   *
   * @throws SesError TooManyRequestsException. Then the message is not counted
   */
  spend(recipients: number): void {
    const { account, enforceQuota, enforceRate } = this.#behaviour;
    const unlimited = account.max24HourSend === -1;
    if (enforceQuota && !unlimited && this.#sent + recipients > account.max24HourSend) {
      throw quotaExceeded();
    }
    if (enforceRate && !this.#bucket.take(recipients, account.maxSendRate)) {
      throw rateExceeded();
    }
    this.#accepted += recipients;
  }

  /** GetAccount's answer. */
  describe() {
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
      SuppressionAttributes: { SuppressedReasons: REASONS },
    };
  }

  get #sent(): number {
    return this.#behaviour.account.sentLast24Hours + this.#accepted;
  }
}
