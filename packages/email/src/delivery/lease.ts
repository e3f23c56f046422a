/**
 * How long a claim still holds, in ms, for the process that made it. By the monotonic clock or the
 * wall clock, whichever has gone further: the first stands still while a machine is suspended, the
 * second may be set.
 */
export interface Lease {
  left(): number;
}

/** Begins now: before the claim is asked for, so that it ends before PostgreSQL's. */
export function createLease(seconds: number): Lease {
  const monotonic = performance.now();
  const wall = Date.now();
  return {
    left: () => seconds * 1000 - Math.max(performance.now() - monotonic, Date.now() - wall),
  };
}
