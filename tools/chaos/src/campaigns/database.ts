import { always, audit } from "../audit.ts";
import type { Findings, Setup } from "../campaign.ts";
import { startRestartable } from "../restartable.ts";
import { median, round } from "@repo/measure/statistics";
import { openStack } from "../stack.ts";
import { rateOf } from "../throughput.ts";
import { until } from "../until.ts";

const BAR = 0.9;

/** PostgreSQL is restarted, and all its connections are terminated, in turn. */
export async function database(setup: Setup): Promise<Findings> {
  const { messages, quick, say } = setup;
  const times = quick ? 1 : 5;
  const postgres = await startRestartable(setup);
  const stack = await openStack(setup, { url: postgres.url });
  const { outbox } = stack;
  // Ten faults, with a window of emails before and after each. A window takes a second or more,
  // because a shorter one would measure other work on the machine.
  const window = Math.floor(messages / (times * 2));
  await outbox.fill(window);
  const options = { doubtSeconds: { resend: 2, hold: 5 } };
  const workers = await Promise.all([stack.startWorker(options), stack.startWorker(options)]);
  await outbox.closes(Math.floor(window / 2));

  const ratios: Record<"restart" | "terminate", number[]> = { restart: [], terminate: [] };
  for (let time = 0; time < times; time++) {
    for (const fault of ["restart", "terminate"] as const) {
      await outbox.fill(3 * window);
      const before = await rateOf(outbox, window);
      await postgres[fault]();
      const start = performance.now();
      const closed = await until("the database", () => outbox.closed());
      await until("the first email afterwards", async () => (await outbox.closed()) > closed);
      const pause = round((performance.now() - start) / 1000);
      const after = await rateOf(outbox, window);
      ratios[fault].push(after / before);
      say(`${fault}: ${before} emails a second, ${pause} s without, then ${after}`);
    }
  }
  await outbox.drained();

  const found = await audit(stack);
  // Rejects if a worker has ended.
  await Promise.all(workers.map((worker) => worker.call("errors")));
  const restart = round(median(ratios.restart));
  const terminate = round(median(ratios.terminate));
  return {
    figures: { ...found, restarts: times, terminations: times, restart, terminate },
    bars: {
      ...always(found),
      "hold: one copy each": found.copies.hold === 1,
      ...(!quick && {
        [`throughput after a restart ${BAR} of before`]: restart >= BAR,
        [`throughput after a termination ${BAR} of before`]: terminate >= BAR,
      }),
    },
  };
}
