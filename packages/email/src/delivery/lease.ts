/**
 * The time in ms that is left of a claim's lease, for the process that made the claim. It goes by
 * the clock that has advanced more: the monotonic clock stands still while the machine is
 * suspended, and the wall clock may be set back.
 */
export interface Lease {
  left(): number;
}

/** Begins now. Call it before the claim, so that it ends before PostgreSQL's lease. */
export function createLease(seconds: number): Lease {
  const monotonic = performance.now();
  const wall = Date.now();
  return {
    left: () => seconds * 1000 - Math.max(performance.now() - monotonic, Date.now() - wall),
  };
}
