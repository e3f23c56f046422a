import { setTimeout as sleep } from "node:timers/promises";
import { createDb } from "@repo/db";
import { createEnqueue } from "@repo/email/enqueue";
import { makeWorkerUtils } from "graphile-worker";
import { now } from "../shared/clock.ts";
import { connect } from "../shared/durable-postgres.ts";
import { seeded } from "../shared/random.ts";
import { quantile, round } from "../shared/statistics.ts";
import { UNLIMITED } from "./drain.ts";
import { KEY, newMessage, templates } from "./messages.ts";
import { type Outcome, type Pairs, compare } from "./result.ts";
import type { Graphile } from "./senders/graphile-worker.ts";
import type { Ours } from "./senders/ours.ts";
import { newJob } from "./senders/ses-call.ts";
import type { Setup } from "./setup.ts";

/**
 * How soon an idle worker acts. Ours: from the COMMIT of the caller's transaction until the
 * call of SES arrives. The other side: from graphile-worker's addJob until its task starts,
 * which is before any call of SES.
 */
export async function latency(setup: Setup): Promise<Outcome> {
  const { runs, wakeUps } = setup.size;
  const { postgres, endpoint } = setup;
  const url = await postgres.createMigrated("latency");
  const peerUrl = await postgres.create("latency_peer");

  const worker = await setup.start<Ours>("bench/senders/ours.ts");
  await worker.call("prepare", { url, content: "rendered", rate: UNLIMITED });
  await worker.call("run");
  const peer = await setup.start<Graphile>("bench/senders/graphile-worker.ts");
  await peer.call("run", {
    url: peerUrl,
    options: { concurrentJobs: 10, localQueue: -1, completeJobBatchDelay: -1 },
    idle: true,
  });

  const db = createDb(url);
  const enqueue = createEnqueue({ key: KEY, templates });
  const utils = await makeWorkerUtils({ connectionString: peerUrl });
  const client = await connect(peerUrl);
  let count = 0;

  const ours = async () => {
    const arrival = endpoint.call("next");
    // The endpoint listens for it before the email exists.
    await endpoint.call("tally");
    const committing = await db.$transaction(async (tx) => {
      await enqueue(tx, newMessage(count++));
      return now();
    });
    return (await arrival) - committing;
  };
  const addJob = async () => {
    const start = peer.call("next");
    await peer.call("listening");
    const adding = now();
    await utils.addJob("send-email", newJob(count++));
    return (await start) - adding;
  };
  const addInTransaction = async () => {
    const start = peer.call("next");
    await peer.call("listening");
    await client.query("BEGIN");
    await client.query("SELECT graphile_worker.add_job('send-email', $1::json)", [
      JSON.stringify(newJob(count++)),
    ]);
    const committing = now();
    await client.query("COMMIT");
    return (await start) - committing;
  };

  const random = seeded(1);
  const sides = [ours, addJob, addInTransaction];
  const measureOnce = async (side: () => Promise<number>) => {
    const time = await side();
    // Until it is idle again: settled, and back to waiting.
    await sleep(30 + random() * 20);
    return time;
  };
  for (const side of sides) for (let i = 0; i < 20; i++) await measureOnce(side);

  const rounds: number[][][] = [];
  for (let run = 0; run < runs; run++) {
    const times: number[][] = sides.map(() => []);
    for (let i = 0; i < wakeUps; i++) {
      for (let n = 0; n < sides.length; n++) {
        const at = (i + n) % sides.length;
        const side = sides[at];
        if (side) times[at]?.push(await measureOnce(side));
      }
    }
    const shown = times.map(
      (each) => `${round(quantile(each, 0.5))} / ${round(quantile(each, 0.99))}`,
    );
    setup.say(`  p50 / p99 ms: ours ${shown[0]}, addJob ${shown[1]}, in a transaction ${shown[2]}`);
    rounds.push(times);
  }

  await worker.call("finish");
  await Promise.all([worker.stop(), peer.stop(), db.$disconnect(), utils.release(), client.end()]);
  await postgres.drop("latency");
  await postgres.drop("latency_peer");

  const pairs = (other: number, q: number): Pairs => ({
    ours: rounds.map((times) => quantile(times[0] ?? [], q)),
    other: rounds.map((times) => quantile(times[other] ?? [], q)),
  });
  return {
    results: [
      compare("latency", "p50 ms", pairs(1, 0.5), { atMost: 1.5 }),
      compare("latency", "p99 ms", pairs(1, 0.99), { atMost: 2 }),
      compare("latency", "p50 ms, added in a transaction", pairs(2, 0.5)),
      compare("latency", "p99 ms, added in a transaction", pairs(2, 0.99)),
    ],
  };
}
