/** Admits a rate, in bursts of a second's worth. */
export class TokenBucket {
  #rate: number;
  #tokens: number;
  #at = performance.now();

  /** @param rate tokens a second */
  constructor(rate: number) {
    this.#rate = rate;
    this.#tokens = this.#size;
  }

  /** A new rate counts from now; what is in the bucket stays, as far as it holds it. */
  set rate(rate: number) {
    this.#fill();
    this.#rate = rate;
    this.#tokens = Math.min(this.#tokens, this.#size);
  }

  /**
   * Takes that many, or none. A full bucket also lends more than it ever holds.
   *
   * @returns whether they were there
   */
  take(count: number): boolean {
    this.#fill();
    if (this.#tokens < Math.min(count, this.#size)) return false;
    this.#tokens -= count;
    return true;
  }

  // A rate below 1 a second must still admit one.
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
