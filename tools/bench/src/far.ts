import { round } from "@repo/measure/statistics";
import { type Peer, drainLoop, drainOurs, drainPeer } from "./drain.ts";
import type { Delay } from "./endpoint/main.ts";
import { besidePeers } from "./peers.ts";
import { type Outcome, type Result, compare } from "./result.ts";
import type { Setup } from "./setup.ts";

const PLACES: { name: string; delay: Omit<Delay, "seed">; atLeast: number }[] = [
  { name: "60 ms, sigma 0.9", delay: { median: 60, sigma: 0.9 }, atLeast: 0.9 },
  { name: "60 ms, sigma 0.3", delay: { median: 60, sigma: 0.3 }, atLeast: 0.8 },
  { name: "200 ms, sigma 0.9", delay: { median: 200, sigma: 0.9 }, atLeast: 0.9 },
];

// Fifty calls at once on every side.
const PEERS: Peer[] = [
  {
    name: "graphile-worker",
    options: { concurrentJobs: 50, localQueue: 500, completeJobBatchDelay: 0 },
  },
  { name: "pg-boss", options: { batchSize: 1, localConcurrency: 50 } },
];

/** Measures delivery with the latency of a remote SES, slow calls included. */
export async function far(near: Setup): Promise<Outcome> {
  const results: Result[] = [];
  for (const { name, delay, atLeast } of PLACES.slice(0, near.size.settings)) {
    const { runs, farEmails: emails } = near.size;
    const sides: [string, (setup: Setup) => Promise<number>][] = [
      [
        "ours",
        async (setup) => (await drainOurs(setup, { count: emails }, { content: "ready" })).rate,
      ],
      ["loop", (setup) => drainLoop(setup, { count: emails })],
      ...PEERS.map((peer): [string, (setup: Setup) => Promise<number>] => [
        peer.name,
        (setup) => drainPeer(setup, peer, { count: emails }, "ready"),
      ]),
    ];
    const rates = new Map(sides.map(([side]): [string, number[]] => [side, []]));
    for (let run = 0; run < runs; run++) {
      // Each side comes first in turn.
      for (let i = 0; i < sides.length; i++) {
        const [side, drain] = sides[(run + i) % sides.length] ?? [];
        if (!side || !drain) continue;
        const rate = await drain({ ...near, delay: { ...delay, seed: run } });
        rates.get(side)?.push(rate);
        near.say(`  ${name}: ${side} ${round(rate)} emails/s`);
      }
    }
    const ours = rates.get("ours") ?? [];
    const pairs = { ours, other: rates.get("loop") ?? [] };
    results.push(
      compare("far", `emails/s, loop, ${name}`, pairs, { atLeast }),
      ...besidePeers("far", `, ${name}`, ours, rates),
    );
  }
  return { results };
}
