/** What a campaign is told. */
export interface Setup {
  seed: number;
  /** Numbers from 0 up to 1, the same for the same seed. */
  random: () => number;
  /** How many emails it queues. */
  messages: number;
  /** Everything is shorter: it shows that the campaign runs, and little of what it finds. */
  quick: boolean;
  /** Tells the person who waits. */
  say: (step: string) => void;
  /** Runs when the campaign ends, however that comes about; what was told last goes first. */
  atEnd: (end: () => unknown) => void;
}

/** What a campaign found. */
export interface Findings {
  figures: Figures;
  /** What had to be so, and whether it was. */
  bars: Record<string, boolean>;
}

/** The members of its line of JSON. */
export interface Figures {
  /** Queued, never sent, and neither open nor closed for a reason that says so. */
  lost: number;
  /** Copies beyond each email's first. */
  duplicates: number;
  [figure: string]: unknown;
}

export type Campaign = (setup: Setup) => Promise<Findings>;
