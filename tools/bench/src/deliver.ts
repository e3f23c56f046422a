import { median, round } from "@repo/measure/statistics";
import { drainLoop, drainOurs, warmed } from "./drain.ts";
import type { Load } from "./endpoint/load.ts";
import { type Outcome, type Pairs, type Result, compare, paired } from "./result.ts";
import type { ContentKind } from "@repo/measure/content";
import type { Setup } from "./setup.ts";

/** Compares our worker, with a durable queue, to a loop that only makes the calls. */
export async function deliver(setup: Setup): Promise<Outcome> {
  const together: number[] = [];
  const outcome = await against(setup, "deliver", "ready", async () => {
    together.push(await drainLoop(setup, warmed(setup.size), true));
  });
  const { results, ours, ...rest } = outcome;
  return {
    ...rest,
    results: [
      await capacity(setup, results),
      ...results,
      compare("deliver", "emails/s, loop by fifties", { ours, other: together }),
    ],
  };
}

/** The same, but our worker renders every email. The loop's content is ready. */
export async function deliverRendered(setup: Setup): Promise<Outcome> {
  const { ours: _, ...outcome } = await against(setup, "deliver-rendered", "rendered");
  return outcome;
}

/** @param beside measures something else in each run too */
async function against(
  setup: Setup,
  bench: string,
  content: ContentKind,
  beside?: () => Promise<void>,
): Promise<Outcome & { ours: number[] }> {
  const { runs } = setup.size;
  const length = warmed(setup.size);
  const bytes: Pairs = { ours: [], other: [] };
  const note = async (side: keyof Pairs, rate: number) => {
    const tally = await setup.endpoint.call("tally");
    bytes[side].push(tally.bytes / length.count);
    setup.say(`  ${side === "ours" ? "ours" : "loop"} ${round(rate)} emails/s`);
    return rate;
  };
  const pairs = await paired(
    runs,
    async () => {
      await beside?.();
      return note("ours", (await drainOurs(setup, length, { content })).rate);
    },
    async () => note("other", await drainLoop(setup, length)),
  );
  const { profile } = await drainOurs(setup, length, { content, profile: true });
  const bar = { atLeast: content === "ready" ? 1 : 0.8 };
  return {
    ours: pairs.ours,
    results: [
      compare(bench, "emails/s", pairs, bar),
      // Shows that both sides make the same call.
      compare(bench, "bytes a call", bytes),
    ],
    ...(profile && { profile }),
  };
}

/** Measures the endpoint alone, to show that it is not the bottleneck. */
async function capacity(setup: Setup, [loop]: Result[]): Promise<Result> {
  const request = await setup.endpoint.call("latest");
  const program = await setup.start<Load>(import.meta.resolve("./endpoint/load.ts"));
  const rates: number[] = [];
  for (let run = 0; run < setup.size.runs; run++) {
    rates.push(
      await program.call("run", {
        port: setup.endpointPort,
        request,
        connections: 20,
        seconds: Math.min(2, setup.size.seconds / 4),
      }),
    );
  }
  await program.stop();
  const other = rates.map(() => loop?.other ?? Number.NaN);
  setup.say(`  endpoint alone ${round(median(rates))} answers/s`);
  return compare("deliver", "endpoint alone, answers/s", { ours: rates, other }, { atLeast: 3 });
}
