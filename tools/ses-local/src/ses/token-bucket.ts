/** Limits a rate. It allows bursts of one second's worth. */
export class TokenBucket {
  #rate: number;
  #tokens: number;
  #at = performance.now();

  /** @param rate tokens a second */
  constructor(rate: number) {
    this.#rate = rate;
    this.#tokens = this.#size;
  }

  /** Changes the rate from now on. Tokens stay, up to the new size. */
  set rate(rate: number) {
    this.#fill();
    this.#rate = rate;
    this.#tokens = Math.min(this.#tokens, this.#size);
  }

  /**
   * Takes `count` tokens, or none. A full bucket allows a larger count than its size.
   *
   * @returns whether it took them
   */
  take(count: number): boolean {
    this.#fill();
    if (this.#tokens < Math.min(count, this.#size)) return false;
    this.#tokens -= count;
    return true;
  }

  // At least one, for rates below one a second.
  get #size(): number {
    return Math.max(this.#rate, 1);
  }

  #fill(): void {
    const now = performance.now();
    const due = ((now - this.#at) / 1000) * this.#rate;
    this.#tokens = Math.min(this.#tokens + due, this.#size);
    this.#at = now;
  }
}
