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

/** Concurrent calls of the loop: the maximum of our worker. */
const CONCURRENCY = 50;
/** No rate limit, or we would measure the limit. */
export const UNLIMITED = 1_000_000;

/** How many emails a drain has, and how many of them are sent before the clock starts. */
interface Length {
  count: number;
  /** Default: 0. */
  warmUp?: number;
}

/**
 * The length of a drain that the CPU limits. In the first seconds of a process V8 compiles its code,
 * but a worker runs for days.
 */
export function warmed({ emails, warmUp }: Setup["size"]): Required<Length> {
  return { count: emails + warmUp, warmUp };
}

/** Drains by the plain loop, or by batches of fifty. @returns emails a second */
export async function drainLoop(setup: Setup, length: Length, together = false): Promise<number> {
  const program = await setup.start<Loop>(import.meta.resolve("./senders/loop.ts"));
  await program.call("prepare", { count: length.count });
  const rate = await measure(setup, length, async () => {
    await program.call("run", { concurrency: CONCURRENCY, together });
  });
  await program.stop();
  return rate;
}

export interface DrainOptions {
  content: ContentKind;
  profile?: boolean;
  workers?: number;
  /** Concurrent calls of each worker. Default: the product's. */
  concurrency?: number;
  /** Emails a second. Default: no limit. */
  rate?: number;
  /** Stops the clock when the last call arrives, not when all is settled. */
  untilCalled?: boolean;
}

/**
 * Drains by our worker, or by several.
 *
 * @returns emails a second, and the first worker's profile if it was requested
 */
export async function drainOurs(
  setup: Setup,
  length: Length,
  options: DrainOptions,
): Promise<{ rate: number; profile: Profile | undefined }> {
  const { content, profile = false, workers = 1, concurrency, rate: limit = UNLIMITED } = options;
  const { count } = length;
  const queue = await openQueue<Ours>(setup, OURS, count);
  const { program, url } = queue;
  const programs = [program];
  while (programs.length < workers) programs.push(await setup.start<Ours>(OURS.program));
  for (const each of programs) {
    await each.call("prepare", { url, content, rate: limit, concurrency });
  }
  const rate = await measure(setup, length, async () => {
    await Promise.all(programs.map((each) => each.call("run", { profile })));
    await (options.untilCalled ? setup.endpoint.call("accepted", count) : queue.drained());
  });
  const [found] = await Promise.all(programs.map((each) => each.call("finish")));
  await Promise.all(programs.slice(1).map((each) => each.stop()));
  await queue.close();
  return { rate, profile: found as Profile | undefined };
}

/** Drains by a pipeline on graphile-worker or pg-boss. @returns emails a second */
export async function drainPeer(
  setup: Setup,
  peer: Peer,
  length: Length,
  content: ContentKind,
): Promise<number> {
  const side = peer.name === "graphile-worker" ? GRAPHILE : PG_BOSS;
  const queue = await openQueue<PeerProgram>(setup, side, length.count);
  const { program, url } = queue;
  await program.call("prepare", { content });
  const rate = await measure(setup, length, async () => {
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

/** The handlers of both peers' programs. */
type PeerProgram = {
  prepare(input: { content: ContentKind }): Promise<void>;
  run(input: { url: string; options: Peer["options"] }): Promise<void>;
};

/** How a side keeps its queue. */
interface Side {
  name: string;
  program: string;
  /** Counts unfinished emails. */
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

/** The handler that every queue's program has. */
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
 * Measures from the first call that arrives, or the last one of the warm-up, until all is settled. So
 * a peer's start (migrations, pool) does not count.
 */
async function measure(
  setup: Setup,
  { count, warmUp = 0 }: Length,
  run: () => Promise<void>,
): Promise<number> {
  const { endpoint, delay } = setup;
  await endpoint.call("reset", { delay });
  const start = warmUp > 0 ? endpoint.call("accepted", warmUp) : endpoint.call("next");
  await run();
  const end = now();
  const { accepted } = await endpoint.call("tally");
  // The next side warms up without the delay.
  if (delay) await endpoint.call("reset");
  if (accepted !== count) throw new Error(`${accepted} emails went out, not ${count}`);
  return ((count - warmUp) / (end - (await start))) * 1000;
}
