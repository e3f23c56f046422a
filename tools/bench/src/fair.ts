import { setTimeout as sleep } from "node:timers/promises";
import { createDb } from "@repo/db";
import { createEnqueue } from "@repo/email/enqueue";
import { now } from "@repo/measure/clock";
import { seeded } from "@repo/measure/random";
import { quantile, round } from "@repo/measure/statistics";
import { KEYS, NAMES, newMessage, templates } from "@repo/measure/messages";
import { type Outcome, compare } from "./result.ts";
import type { Ours } from "./senders/ours.ts";
import type { Setup } from "./setup.ts";

// A new account in production.
const RATE = 14;
const RESET = NAMES.indexOf("password-reset");

/** Measures how long a password reset waits for its call of SES while a newsletter is going out. */
export async function fair(setup: Setup): Promise<Outcome> {
  const { postgres, endpoint } = setup;
  const { runs, waiting, resets } = setup.size;
  const url = await postgres.createMigrated("fair");
  const worker = await setup.start<Ours>(import.meta.resolve("./senders/ours.ts"));
  setup.say(`  queueing ${waiting}`);
  await worker.call("fill", { url, count: waiting, template: "welcome" });
  await worker.call("prepare", { url, content: "rendered", rate: RATE });
  await endpoint.call("reset", { maxSendRate: RATE });
  await worker.call("run");
  const db = createDb(url);
  const enqueue = createEnqueue({ keys: KEYS, templates });
  const random = seeded(1);
  const p50: number[] = [];
  const p99: number[] = [];
  for (let run = 0; run < runs; run++) {
    const times: number[] = [];
    for (let i = 0; i < resets; i++) {
      // A random wait, so that the token bucket is in any state.
      await sleep(100 + random() * 300);
      const arrival = endpoint.call("next", '"Value":"password-reset"');
      await endpoint.call("tally");
      const committing = await db.$transaction(async (tx) => {
        await enqueue(tx, newMessage(RESET));
        return now();
      });
      times.push((await arrival) - committing);
    }
    p50.push(quantile(times, 0.5));
    p99.push(quantile(times, 0.99));
    setup.say(`  p50 ${round(quantile(times, 0.5))} ms, p99 ${round(quantile(times, 0.99))} ms`);
  }
  await worker.call("finish");
  await worker.stop();
  await db.$disconnect();
  await endpoint.call("reset");
  await postgres.drop("fair");
  const beside = (ours: number[]) => ({ ours, other: ours.map(() => 1_000) });
  return {
    results: [
      compare("fair", "p99 ms of 1,000", beside(p99), { atMost: 1 }),
      compare("fair", "p50 ms of 1,000", beside(p50)),
    ],
  };
}
