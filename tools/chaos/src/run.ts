import { seeded } from "@repo/measure/random";
import type { Campaign, Figures } from "./campaign.ts";

export interface RunOptions {
  seed: number;
  messages: number;
  quick: boolean;
}

/** One line of JSON. */
export interface Line extends Omit<Figures, "lost" | "duplicates"> {
  chaos: string;
  seed: number;
  /** Null if the campaign failed before it counted. */
  lost: number | null;
  duplicates: number | null;
  /** Whether every bar was reached. */
  met: boolean;
  /** The bars that were not reached. */
  missed?: string[];
  error?: string;
  seconds: number;
}

const ends: (() => unknown)[] = [];

/** Runs a campaign, and then ends everything that it started. */
export async function run(chaos: string, campaign: Campaign, options: RunOptions): Promise<Line> {
  const { seed } = options;
  const start = performance.now();
  const seconds = () => Math.round((performance.now() - start) / 1000);
  try {
    const { figures, bars } = await campaign({
      ...options,
      random: seeded(seed),
      say: (step) => process.stderr.write(`${chaos}: ${step}\n`),
      atEnd: (end) => ends.push(end),
    });
    const missed = Object.keys(bars).filter((bar) => !bars[bar]);
    const met = missed.length === 0;
    return { chaos, seed, ...figures, met, ...(!met && { missed }), seconds: seconds() };
  } catch (error) {
    process.stderr.write(`${chaos}: ${describe(error)}\n`);
    const uncounted = { lost: null, duplicates: null, met: false };
    return { chaos, seed, ...uncounted, error: String(error), seconds: seconds() };
  } finally {
    await endAll();
  }
}

/** Ends everything that the running campaign has started, the last first. */
export async function endAll(): Promise<void> {
  for (let end = ends.pop(); end; end = ends.pop()) {
    try {
      await end();
    } catch (error) {
      // One failure must not stop the others.
      process.stderr.write(`${describe(error)}\n`);
    }
  }
}

function describe(error: unknown): string {
  const { stack = String(error), cause } = error as Error;
  return cause === undefined ? stack : `${stack}\ncaused by ${describe(cause)}`;
}
