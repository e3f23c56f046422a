/**
 * Seconds by which the clocks of two database servers may differ. A stored time that is further ahead
 * than it could be comes from a server whose clock was ahead, before a failover.
 */
export const CLOCK_SKEW = 60;
