/** Limits a rate. It allows bursts of one second's worth. */
export class TokenBucket {
  /** When it was empty, by performance.now(). Since then it has filled at the rate. */
  #empty = -Infinity;

  /**
   * Takes `count` tokens, or none. A full bucket allows a larger count than its size.
   *
   * @param rate tokens a second
   * @returns whether it took them
   */
  take(count: number, rate: number): boolean {
    // At least one, for rates below one a second.
    const size = Math.max(rate, 1);
    const now = performance.now();
    const empty = Math.max(this.#empty, now - (size / rate) * 1000);
    const tokens = ((now - empty) / 1000) * rate;
    // The division may lose a tiny part of a token.
    if (tokens < Math.min(count, size) - 1e-6) return false;
    this.#empty = empty + (count / rate) * 1000;
    return true;
  }
}
