import { round } from "@repo/measure/statistics";
import { UNLIMITED, drainOurs } from "./drain.ts";
import { type Outcome, compare, paired } from "./result.ts";
import type { Setup } from "./setup.ts";

const DELAY = { median: 60, sigma: 0.9 };
// One call in so many never gets its answer.
const HANGING = 200;

/** Measures how much hanging calls slow down the others. */
export async function hanging(setup: Setup): Promise<Outcome> {
  const { runs, farEmails } = setup.size;
  const results = [];
  for (const [name, rate, count, bar] of [
    // Long enough for the hanging calls to end by their time limit.
    ["", UNLIMITED, farEmails * 3, { atLeast: 0.9 }],
    [", at 100/s", 100, farEmails, { atLeast: 0.9 }],
  ] as const) {
    const side = (never?: number) => {
      let run = 0;
      return async () => {
        const far = { ...setup, delay: { ...DELAY, seed: run++, never } };
        const options = { content: "ready", rate, untilCalled: true } as const;
        const found = await drainOurs(far, { count }, options);
        setup.say(`  ${never ? "with" : "without"}${name}: ${round(found.rate)} emails/s`);
        return found.rate;
      };
    };
    const pairs = await paired(runs, side(HANGING), side());
    results.push(compare("hanging", `emails/s${name}`, pairs, bar));
  }
  return { results };
}
