import type { Account, Target } from "./target.ts";

/** The input of an attack. */
export interface Stage {
  /** Shows progress to the person who waits. */
  say: (step: string) => void;
  /** Scales a number down in a quick run. */
  size: (full: number) => number;
  /** The apps that most attacks share, one after another. */
  target: Target;
  /**
   * Starts new apps, which end with the attack. @param account differences from the usual SES
   * account
   */
  open: (account: Account) => Promise<Target>;
  /** The IP address of one of 65,536 strangers. Each attack has its own. */
  stranger: (i: number) => string;
  /** The IP address of one of 256 honest people. */
  person: (i: number) => string;
}

/** The results of an attack. */
export interface Found {
  /** The results of the same attack before the limits existed, if it was run then. */
  before?: Record<string, unknown>;
  after: Record<string, unknown>;
  /** The bars, and whether each is met. */
  bars: Record<string, boolean>;
}

export type Attack = (stage: Stage) => Promise<Found>;
