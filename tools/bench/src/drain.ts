import { setTimeout as sleep } from "node:timers/promises";
import { now } from "@repo/measure/clock";
import { connect } from "@repo/measure/durable-postgres";
import type { Handlers } from "@repo/measure/program";
import type { Profile } from "./profile.ts";
import type { ContentKind } from "@repo/measure/content";
import type { GraphileOptions } from "./senders/graphile-worker.ts";
import type { Loop } from "./senders/loop.ts";
import type { Ours } from "./senders/ours.ts";
import type { PgBossOptions } from "./senders/pg-boss.ts";
import type { Setup } from "./setup.ts";

/** Calls on the wire at once in the loop: the most that our worker has. */
const CONCURRENCY = 50;
/** No limit: a limit would be measured instead. */
export const UNLIMITED = 1_000_000;

/** The plain loop; or the calls of each fifty together. @returns emails a second */
export async function drainLoop(setup: Setup, count: number, together = false): Promise<number> {
  const program = await setup.start<Loop>(import.meta.resolve("./senders/loop.ts"));
  await program.call("prepare", { count });
  const rate = await measure(setup, count, async () => {
    await program.call("run", { concurrency: CONCURRENCY, together });
  });
  await program.stop();
  return rate;
}

export interface DrainOptions {
  content: ContentKind;
  profile?: boolean;
  workers?: number;
  /** Calls at once of each; unset: as many as the product makes. */
  concurrency?: number;
  /** Emails a second; unset: no limit. */
  rate?: number;
  /** The clock stops when the last call has arrived, and not when all is settled. */
  untilCalled?: boolean;
}

/**
 * Our worker, or several of them. @returns emails a second, and where the first one's time went
 * if that was asked for
 */
export async function drainOurs(
  setup: Setup,
  count: number,
  options: DrainOptions,
): Promise<{ rate: number; profile: Profile | undefined }> {
  const { content, profile = false, workers = 1, concurrency, rate: limit = UNLIMITED } = options;
  const queue = await openQueue<Ours>(setup, OURS, count);
  const { program, url } = queue;
  const programs = [program];
  while (programs.length < workers) programs.push(await setup.start<Ours>(OURS.program));
  for (const each of programs) {
    await each.call("prepare", { url, content, rate: limit, concurrency });
  }
  const rate = await measure(setup, count, async () => {
    await Promise.all(programs.map((each) => each.call("run", { profile })));
    await (options.untilCalled ? setup.endpoint.call("accepted", count) : queue.drained());
  });
  const [found] = await Promise.all(programs.map((each) => each.call("finish")));
  await Promise.all(programs.slice(1).map((each) => each.stop()));
  await queue.close();
  return { rate, profile: found as Profile | undefined };
}

/** A pipeline on graphile-worker or pg-boss. @returns emails a second */
export async function drainPeer(
  setup: Setup,
  peer: Peer,
  count: number,
  content: ContentKind,
): Promise<number> {
  const side = peer.name === "graphile-worker" ? GRAPHILE : PG_BOSS;
  const queue = await openQueue<PeerProgram>(setup, side, count);
  const { program, url } = queue;
  await program.call("prepare", { content });
  const rate = await measure(setup, count, async () => {
    await program.call("run", { url, options: peer.options });
    await queue.drained();
  });
  await queue.close();
  return rate;
}

/** A peer and the settings that it runs with. */
export type Peer =
  | { name: "graphile-worker"; options: GraphileOptions }
  | { name: "pg-boss"; options: PgBossOptions };

/** What both peers' programs answer to. */
type PeerProgram = {
  prepare(input: { content: ContentKind }): Promise<void>;
  run(input: { url: string; options: Peer["options"] }): Promise<void>;
};

/** How a side keeps its queue. */
interface Side {
  name: string;
  program: string;
  /** Counts what is not yet done with. */
  left: string;
}

const OURS: Side = {
  name: "ours",
  program: import.meta.resolve("./senders/ours.ts"),
  left: "SELECT count(*)::int AS left FROM messages WHERE state <> 'closed'",
};
const GRAPHILE: Side = {
  name: "graphile",
  program: import.meta.resolve("./senders/graphile-worker.ts"),
  left: "SELECT count(*)::int AS left FROM graphile_worker._private_jobs",
};
const PG_BOSS: Side = {
  name: "pg_boss",
  program: import.meta.resolve("./senders/pg-boss.ts"),
  left: "SELECT count(*)::int AS left FROM pgboss.job WHERE state < 'completed'",
};

/** A copy of a filled database for one drain, and the program for it. */
async function openQueue<H extends Handlers>(setup: Setup, side: Side, count: number) {
  const { postgres } = setup;
  const template = await filled(setup, side, count);
  const url = await postgres.create("drain", template);
  await postgres.checkpoint();
  const client = await connect(url);
  const program = await setup.start<H>(side.program);
  return {
    url,
    program,
    /** Resolves when the queue is empty and every settlement committed. */
    async drained() {
      await setup.endpoint.call("accepted", count);
      for (;;) {
        const { rows } = await client.query<{ left: number }>(side.left);
        if (rows[0]?.left === 0) return;
        await sleep(2);
      }
    },
    async close() {
      await program.stop();
      await client.end();
      await postgres.drop("drain");
    },
  };
}

const made = new Set<string>();

/** What every queue's program answers to. */
type Filler = { fill(input: { url: string; count: number }): Promise<void> };

/** Filling takes longer than draining, so it is done once for each side and number. */
async function filled(setup: Setup, side: Side, count: number): Promise<string> {
  const name = `filled_${side.name}_${count}`;
  if (made.has(name)) return name;
  setup.say(`  queueing ${count} for ${side.name}`);
  const { postgres } = setup;
  const url = side === OURS ? await postgres.createMigrated(name) : await postgres.create(name);
  const program = await setup.start<Filler>(side.program);
  await program.call("fill", { url, count });
  await program.stop();
  const client = await connect(url);
  await client.query("VACUUM ANALYZE");
  await client.end();
  made.add(name);
  return name;
}

/**
 * The clock runs from the first call that arrives until all is settled: a peer's start
 * (migrations, its pool) is not held against it.
 */
async function measure(setup: Setup, count: number, run: () => Promise<void>): Promise<number> {
  const { endpoint, delay } = setup;
  await endpoint.call("reset", { delay });
  const first = endpoint.call("next");
  await run();
  const end = now();
  const { accepted } = await endpoint.call("tally");
  // The next side warms up without it.
  if (delay) await endpoint.call("reset");
  if (accepted !== count) throw new Error(`${accepted} emails went out, not ${count}`);
  return (count / (end - (await first))) * 1000;
}
