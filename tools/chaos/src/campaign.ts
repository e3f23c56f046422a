/** The input of a campaign. */
export interface Setup {
  seed: number;
  /** Numbers from 0 up to 1, the same for the same seed. */
  random: () => number;
  /** How many emails it queues. */
  messages: number;
  /** Makes everything shorter. Shows that the campaign runs, but finds little. */
  quick: boolean;
  /** Shows progress to the person who waits. */
  say: (step: string) => void;
  /**
   * Registers a function that runs at the campaign's end, even after an error. The last one runs
   * first.
   */
  atEnd: (end: () => unknown) => void;
}

/** The results of a campaign. */
export interface Findings {
  figures: Figures;
  /** The bars, and whether each is met. */
  bars: Record<string, boolean>;
}

/** The fields of its line of JSON. */
export interface Figures {
  /** Queued emails without a copy at SES that the log calls sent, or does not list. */
  lost: number;
  /** Second and further copies of an email. */
  duplicates: number;
  [figure: string]: unknown;
}

export type Campaign = (setup: Setup) => Promise<Findings>;
