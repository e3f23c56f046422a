import { round } from "@repo/measure/statistics";
import { drainOurs } from "./drain.ts";
import { type Outcome, compare } from "./result.ts";
import type { Setup } from "./setup.ts";

// Few enough that two cores can run four workers.
const CONCURRENCY = 20;
const DELAY = { median: 200, sigma: 0.3 };
const WORKERS = [1, 2, 4] as const;

/** Measures whether more workers send more when latency limits each of them. */
export async function workers(setup: Setup): Promise<Outcome> {
  const { runs, farEmails } = setup.size;
  const rates: Record<(typeof WORKERS)[number], number[]> = { 1: [], 2: [], 4: [] };
  for (let run = 0; run < runs; run++) {
    // Each number comes first in turn.
    for (let i = 0; i < WORKERS.length; i++) {
      const count = WORKERS[(run + i) % WORKERS.length] ?? 1;
      const far = { ...setup, delay: { ...DELAY, seed: run } };
      const options = { content: "ready", workers: count, concurrency: CONCURRENCY } as const;
      // Twice as many emails, so that the slowest last calls take less than a tenth of the time.
      const { rate } = await drainOurs(far, { count: farEmails * 2 }, options);
      setup.say(`  ${count} of them: ${round(rate)} emails/s`);
      rates[count].push(rate);
    }
  }
  const beside = (ours: number[]) => ({ ours, other: rates[1] });
  return {
    results: [
      compare("workers", "emails/s, two beside one", beside(rates[2]), { atLeast: 1.9 }),
      compare("workers", "emails/s, four beside one", beside(rates[4]), { atLeast: 3.6 }),
    ],
  };
}
