import type { Account, Target } from "./target.ts";

/** What an attack is told. */
export interface Stage {
  /** Tells the person who waits. */
  say: (step: string) => void;
  /** So many of something; fewer where the run is quick. */
  size: (full: number) => number;
  /** The apps that most attacks meet one after another, as production's do. */
  target: Target;
  /** New apps, which end with the attack. @param account SES's, where it is not the usual one */
  open: (account: Account) => Promise<Target>;
  /** The IP address of one of 65,536 strangers; other attacks have others. */
  stranger: (i: number) => string;
  /** The IP address of one of 256 people who mean it. */
  person: (i: number) => string;
}

/** What came of an attack. */
export interface Found {
  /** What the same attack did before there were limits, where it was made then. */
  before?: Record<string, unknown>;
  after: Record<string, unknown>;
  /** What had to be so, and whether it was. */
  bars: Record<string, boolean>;
}

export type Attack = (stage: Stage) => Promise<Found>;
