import { setTimeout as sleep } from "node:timers/promises";
import { round } from "@repo/measure/statistics";
import { type Outcome, type Pairs, type Result, compare } from "./result.ts";
import type { Ours } from "./senders/ours.ts";
import type { Setup } from "./setup.ts";

// A new account in production has 14 a second.
const RATES = [14, 100, 500];
const DELAY = { median: 60, sigma: 0.9 };

/** Measures how close two workers come to the account's rate, and how often they are throttled. */
export async function rate(setup: Setup): Promise<Outcome> {
  const results: Result[] = [];
  for (const limit of RATES.slice(0, setup.size.settings)) {
    const achieved: number[] = [];
    const throttled: Pairs = { ours: [], other: [] };
    for (let run = 0; run < setup.size.runs; run++) {
      const found = await measure(setup, limit, run);
      setup.say(
        `  ${round(found.achieved)}/s of ${limit}/s, ${found.throttled} of ${found.calls} calls throttled`,
      );
      achieved.push(found.achieved);
      throttled.ours.push(found.throttled);
      throttled.other.push(found.calls);
    }
    results.push(
      compare(
        "rate",
        `emails/s of ${limit}/s`,
        { ours: achieved, other: achieved.map(() => limit) },
        { atLeast: 0.97 },
      ),
      compare("rate", `throttled of the calls at ${limit}/s`, throttled, { atMost: 0.001 }),
    );
  }
  return { results };
}

async function measure(setup: Setup, limit: number, run: number) {
  const { postgres, endpoint } = setup;
  const { seconds } = setup.size;
  const url = await postgres.createMigrated("rate");
  const filler = await setup.start<Ours>(import.meta.resolve("./senders/ours.ts"));
  // More than can go out, including the burst of the first second.
  await filler.call("fill", { url, count: Math.ceil(limit * (seconds * 1.25 + 4)) });
  const workers = [filler, await setup.start<Ours>(import.meta.resolve("./senders/ours.ts"))];
  await endpoint.call("reset", { maxSendRate: limit, delay: { ...DELAY, seed: run } });
  for (const worker of workers)
    await worker.call("prepare", { url, content: "ready", warm: false });
  for (const worker of workers) await worker.call("run");
  // Wait until the first burst is over and both workers have found the rate.
  await sleep(seconds * 250);
  const before = await endpoint.call("tally");
  const start = performance.now();
  await sleep(seconds * 1000);
  const after = await endpoint.call("tally");
  const elapsed = (performance.now() - start) / 1000;
  await Promise.all(workers.map((worker) => worker.call("finish")));
  await Promise.all(workers.map((worker) => worker.stop()));
  const all = await endpoint.call("tally");
  await endpoint.call("reset");
  await postgres.drop("rate");
  return {
    achieved: (after.accepted - before.accepted) / elapsed,
    throttled: all.throttled,
    calls: all.accepted + all.throttled,
  };
}
