import { setTimeout as sleep } from "node:timers/promises";
import { createDb } from "@repo/db";
import { createEnqueue } from "@repo/email/enqueue";
import { now } from "@repo/measure/clock";
import { connect } from "@repo/measure/durable-postgres";
import { seeded } from "@repo/measure/random";
import { quantile, round } from "@repo/measure/statistics";
import { UNLIMITED } from "./drain.ts";
import { KEYS, newMessage, templates } from "@repo/measure/messages";
import { type Outcome, type Pairs, compare } from "./result.ts";
import type { Graphile } from "./senders/graphile-worker.ts";
import type { Ours } from "./senders/ours.ts";
import { newJob } from "./senders/ses-call.ts";
import type { Setup } from "./setup.ts";

/**
 * Measures how soon an idle worker acts: from the COMMIT of the caller's transaction until the call
 * of SES arrives. The other side is a job of graphile-worker, added in a transaction. Its task
 * renders the same email and makes the same call.
 */
export async function latency(setup: Setup): Promise<Outcome> {
  const { runs, wakeUps } = setup.size;
  const { postgres, endpoint } = setup;
  const url = await postgres.createMigrated("latency");
  const peerUrl = await postgres.create("latency_peer");

  const worker = await setup.start<Ours>(import.meta.resolve("./senders/ours.ts"));
  await worker.call("prepare", { url, content: "rendered", rate: UNLIMITED });
  await worker.call("run");
  const peer = await setup.start<Graphile>(import.meta.resolve("./senders/graphile-worker.ts"));
  await peer.call("prepare", { content: "rendered" });
  const options = { concurrentJobs: 10, localQueue: -1, completeJobBatchDelay: -1 };
  await peer.call("run", { url: peerUrl, options });

  const db = createDb(url);
  const enqueue = createEnqueue({ keys: KEYS, templates });
  const client = await connect(peerUrl);
  let count = 0;

  const ours = async (): Promise<Times> => {
    const arrival = endpoint.call("next");
    // This answer shows that the endpoint already waits for the call when the email is queued.
    await endpoint.call("tally");
    const committing = await db.$transaction(async (tx) => {
      await enqueue(tx, newMessage(count++));
      return now();
    });
    return { call: (await arrival) - committing };
  };
  const theirs = async (): Promise<Times> => {
    const arrival = endpoint.call("next");
    await endpoint.call("tally");
    const start = peer.call("next");
    await peer.call("listening");
    await client.query("BEGIN");
    await client.query("SELECT graphile_worker.add_job('send-email', $1::json)", [
      JSON.stringify(newJob(count++)),
    ]);
    const committing = now();
    await client.query("COMMIT");
    return { call: (await arrival) - committing, task: (await start) - committing };
  };

  const random = seeded(1);
  const sides = [ours, theirs];
  const measureOnce = async (side: () => Promise<Times>) => {
    const times = await side();
    // Wait until the worker is idle again.
    await sleep(30 + random() * 20);
    return times;
  };
  for (const side of sides) for (let i = 0; i < 20; i++) await measureOnce(side);

  const rounds: Record<"ours" | "call" | "task", number[]>[] = [];
  for (let run = 0; run < runs; run++) {
    const times: (typeof rounds)[number] = { ours: [], call: [], task: [] };
    for (let i = 0; i < wakeUps; i++) {
      // Each side comes first in turn.
      for (const side of i % 2 === 0 ? sides : sides.toReversed()) {
        const { call, task } = await measureOnce(side);
        if (task === undefined) times.ours.push(call);
        else {
          times.call.push(call);
          times.task.push(task);
        }
      }
    }
    const shown = Object.entries(times).map(
      ([name, each]) => `${name} ${round(quantile(each, 0.5))} / ${round(quantile(each, 0.99))}`,
    );
    setup.say(`  p50 / p99 ms: ${shown.join(", ")}`);
    rounds.push(times);
  }

  await worker.call("finish");
  await Promise.all([worker.stop(), peer.stop(), db.$disconnect(), client.end()]);
  await postgres.drop("latency");
  await postgres.drop("latency_peer");

  const pairs = (other: "call" | "task", q: number): Pairs => ({
    ours: rounds.map((times) => quantile(times.ours, q)),
    other: rounds.map((times) => quantile(times[other], q)),
  });
  return {
    results: [
      compare("latency", "p50 ms", pairs("call", 0.5), { atMost: 1.5 }),
      compare("latency", "p99 ms", pairs("call", 0.99)),
      compare("latency", "p50 ms, start of the task", pairs("task", 0.5), { atMost: 2 }),
      compare("latency", "p99 ms, start of the task", pairs("task", 0.99)),
    ],
  };
}

/** In ms, since the COMMIT. */
interface Times {
  call: number;
  /** When graphile-worker's task began. */
  task?: number;
}
