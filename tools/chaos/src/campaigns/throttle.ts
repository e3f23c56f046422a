import { always, audit } from "../audit.ts";
import type { Findings, Setup } from "../campaign.ts";
import { openStack } from "../stack.ts";
import { sentDuring } from "../throughput.ts";
import { until } from "../until.ts";

// The share of the rate that counts as recovered.
const BACK = 0.9;

/** SES answers 429 to everything for a minute, then recovers. */
export async function throttle(setup: Setup): Promise<Findings> {
  const { messages, quick, say } = setup;
  const stack = await openStack(setup);
  const { outbox, ses } = stack;
  const window = quick ? 3 : 10;
  const minute = quick ? 5 : 60;
  // Low enough that emails are left for the half minute in which the rate recovers.
  const rate = Math.floor(messages / (2 * window + (quick ? 40 : 100)));
  await outbox.fill(messages);
  const options = { rate, doubtSeconds: { resend: 5, hold: 5 } };
  const workers = await Promise.all([stack.startWorker(options), stack.startWorker(options)]);
  await outbox.closes(rate * 2);
  const before = await sentDuring(outbox, window);
  say(`${before} emails a second; every call is throttled from now on`);

  await ses.behave({ faults: [{ fault: "throttle" }] });
  const throttled = await sentDuring(outbox, minute);
  const { lowest } = await outbox.look<"lowest">("SELECT rate AS lowest FROM sending_status");
  await ses.behave();
  say(`well again; the rate is ${Math.round(lowest)}`);
  await until("the rate to come back", async () => {
    const status = await outbox.look<"rate" | "max">(
      "SELECT rate, max_rate AS max FROM sending_status",
    );
    return status.rate >= status.max;
  });
  const after = await sentDuring(outbox, window);
  say(`${after} emails a second; draining`);
  await outbox.drained();

  const found = await audit(stack);
  const { refused } = await outbox.look<"refused">(
    "SELECT count(*) AS refused FROM attempts WHERE result = 'throttled'",
  );
  await Promise.all(workers.map((worker) => worker.call("errors")));
  return {
    figures: { ...found, rate, before, throttled, lowest, after, refused },
    bars: {
      ...always(found),
      "0 duplicates, 0 held": found.duplicates + found.held === 0,
      "all sent": found.sent === found.queued,
      "the rate comes back": after >= BACK * before,
    },
  };
}
