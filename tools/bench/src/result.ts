import { median, round } from "@repo/measure/statistics";
import type { Profile } from "./profile.ts";

/** The bar that a ratio has to reach. */
export type Bar = { atLeast: number } | { atMost: number };

/** One line of JSON. */
export interface Result {
  bench: string;
  metric: string;
  ours: number;
  other: number;
  /** Ours over the other side: the median of the paired runs. */
  ratio: number;
  /** Number of runs, or of samples if single times are compared. */
  runs: number;
  /** How well a classifier distinguishes the sides by their times; 0.5 is a guess. */
  auc?: number;
  /** For example `>= 0.85`. Null: the figure is only reported. */
  bar: string | null;
  met?: boolean;
}

/** The results of a benchmark. */
export interface Outcome {
  results: Result[];
  tables?: Table[];
  profile?: Profile;
}

export interface Table {
  columns: string[];
  rows: (string | number)[][];
}

/** Both sides' figures, run by run. */
export interface Pairs {
  ours: number[];
  other: number[];
}

/** Runs both sides several times, in alternating order: A B, B A, A B, … */
export async function paired(
  runs: number,
  ours: () => Promise<number>,
  other: () => Promise<number>,
): Promise<Pairs> {
  const pairs: Pairs = { ours: [], other: [] };
  const sides = [
    { figures: pairs.ours, measure: ours },
    { figures: pairs.other, measure: other },
  ];
  for (let run = 0; run < runs; run++) {
    const order = run % 2 === 0 ? sides : sides.toReversed();
    for (const { figures, measure } of order) figures.push(await measure());
  }
  return pairs;
}

export function compare(bench: string, metric: string, pairs: Pairs, bar?: Bar): Result {
  const ratio = median(pairs.ours.map((value, run) => value / (pairs.other[run] ?? Number.NaN)));
  return {
    bench,
    metric,
    ours: round(median(pairs.ours), 4),
    other: round(median(pairs.other), 4),
    ratio: round(ratio),
    runs: pairs.ours.length,
    ...(bar ? judge(ratio, bar) : { bar: null }),
  };
}

function judge(value: number, bar: Bar): { bar: string; met: boolean } {
  return "atLeast" in bar
    ? { bar: `>= ${bar.atLeast}`, met: value >= bar.atLeast }
    : { bar: `<= ${bar.atMost}`, met: value <= bar.atMost };
}
