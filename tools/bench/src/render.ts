import type { Program } from "@repo/measure/program";
import { quantile, round } from "@repo/measure/statistics";
import { type Outcome, compare, paired } from "./result.ts";
import type { Renders } from "./senders/renders.ts";
import type { Setup } from "./setup.ts";

/** How long one email may keep the process from everything else, in ms. */
const LONGEST = 10;

/** Compares the HTML and text of the account emails with the ways of React Email's documents. */
export async function render(setup: Setup): Promise<Outcome> {
  const { runs, renders } = setup.size;
  const start = () => setup.start<Renders>(import.meta.resolve("./senders/renders.ts"));
  const programs = [await start(), await start(), await start()] as const;
  const [ours, twice, once] = programs;
  type Side = Parameters<Renders["run"]>[0]["side"];
  const rateOf = async (program: Program<Renders>, side: Side) => {
    const rate = await program.call("run", { side, count: renders });
    setup.say(`  ${side} ${round(rate)} messages/s`);
    return rate;
  };
  // The first round does not count, because its code is not compiled yet.
  await rateOf(ours, "ours");
  await rateOf(twice, "twoRenders");
  await rateOf(once, "toPlainText");
  const beside: number[] = [];
  const pairs = await paired(
    runs,
    () => rateOf(ours, "ours"),
    async () => {
      beside.push(await rateOf(once, "toPlainText"));
      return rateOf(twice, "twoRenders");
    },
  );
  const longest: number[] = [];
  for (let run = 0; run < runs; run++) {
    longest.push(quantile(await ours.call("longest", renders / 4), 0.99));
  }
  for (const program of programs) await program.stop();
  return {
    results: [
      compare("render", "messages/s, two renders", pairs, { atLeast: 6 }),
      compare("render", "messages/s, render and toPlainText", { ours: pairs.ours, other: beside }),
      compare(
        "render",
        `p99 ms of CPU of ${LONGEST}, lists of 100 lines`,
        { ours: longest, other: longest.map(() => LONGEST) },
        { atMost: 1 },
      ),
    ],
  };
}
