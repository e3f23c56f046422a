import { median, round } from "@repo/measure/statistics";
import { type Peer, drainOurs, drainPeer, warmed } from "./drain.ts";
import { type Outcome, type Result, type Table, compare } from "./result.ts";
import type { Setup } from "./setup.ts";

const NAMES = ["graphile-worker", "pg-boss"] as const;
const SWEEP: Peer[] = [
  // The defaults: one job at a time for each worker.
  ...[10, 25].map((concurrentJobs) => graphile(concurrentJobs, -1, -1)),
  // Batches, as its documentation on performance advises.
  ...[10, 25, 50].flatMap((concurrentJobs) =>
    [concurrentJobs + 1, 500].map((localQueue) => graphile(concurrentJobs, localQueue, 0)),
  ),
  graphile(25, 500, 250),
  ...[10, 50, 100, 250].flatMap((batchSize) =>
    [1, 2, 4].map((localConcurrency) => pgBoss(batchSize, localConcurrency)),
  ),
];

/** Compares ours to each peer, the faster peer first. Only the faster one has a bar. */
export function besidePeers(
  bench: string,
  place: string,
  ours: number[],
  rates: Map<string, number[]>,
): Result[] {
  const speed = (name: string) => median(rates.get(name) ?? []);
  const names = NAMES.toSorted((a, b) => speed(b) - speed(a));
  return names.map((name, i) => {
    const pairs = { ours, other: rates.get(name) ?? [] };
    return compare(
      bench,
      `emails/s, ${name}${place}`,
      pairs,
      i === 0 ? { atLeast: 0.95 } : undefined,
    );
  });
}

/** Sends the same emails by typical pipelines on two queues for PostgreSQL. */
export async function peers(setup: Setup): Promise<Outcome> {
  const { runs, swept } = setup.size;
  const sweep: { peer: Peer; rate: number }[] = [];
  const tried = NAMES.flatMap((name) =>
    SWEEP.filter((peer) => peer.name === name).slice(0, setup.size.settings),
  );
  for (const peer of tried) {
    const rate = await drainPeer(setup, peer, { count: swept }, "ready");
    setup.say(`  ${peer.name} ${settings(peer)}: ${round(rate)} emails/s`);
    sweep.push({ peer, rate });
  }
  const best = NAMES.map((name) =>
    sweep.filter(({ peer }) => peer.name === name).reduce((a, b) => (b.rate > a.rate ? b : a)),
  );

  const rates = new Map<string, number[]>([
    ["ours", []],
    ...best.map(({ peer }) => [peer.name, []] as [string, number[]]),
  ]);
  for (let run = 0; run < runs; run++) {
    const sides: [string, () => Promise<number>][] = [
      ["ours", async () => (await drainOurs(setup, warmed(setup.size), { content: "ready" })).rate],
      ...best.map(({ peer }): [string, () => Promise<number>] => [
        peer.name,
        () => drainPeer(setup, peer, warmed(setup.size), "ready"),
      ]),
    ];
    // Each side comes first in turn.
    for (let i = 0; i < sides.length; i++) {
      const [name, drain] = sides[(run + i) % sides.length] ?? [];
      if (!name || !drain) continue;
      const rate = await drain();
      rates.get(name)?.push(rate);
      setup.say(`  ${name} ${round(rate)} emails/s`);
    }
  }
  const ours = rates.get("ours") ?? [];
  return {
    results: besidePeers("peers", "", ours, rates),
    tables: [
      table(
        sweep,
        best.map(({ peer }) => peer),
      ),
    ],
  };
}

function table(sweep: { peer: Peer; rate: number }[], best: Peer[]): Table {
  return {
    columns: ["Peer", "Settings", "Emails/s"],
    rows: sweep.map(({ peer, rate }) => [
      peer.name,
      settings(peer),
      best.includes(peer) ? `**${round(rate)}**` : round(rate),
    ]),
  };
}

function settings({ options }: Peer): string {
  return Object.entries(options)
    .map(([name, value]) => `${name} ${value}`)
    .join(", ");
}

function graphile(concurrentJobs: number, localQueue: number, completeJobBatchDelay: number): Peer {
  return {
    name: "graphile-worker",
    options: { concurrentJobs, localQueue, completeJobBatchDelay },
  };
}

function pgBoss(batchSize: number, localConcurrency: number): Peer {
  return { name: "pg-boss", options: { batchSize, localConcurrency } };
}
