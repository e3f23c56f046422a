import { setTimeout as sleep } from "node:timers/promises";
import { always, audit } from "../audit.ts";
import type { Findings, Setup } from "../campaign.ts";
import type { Outbox } from "../outbox.ts";
import { openStack } from "../stack.ts";
import { until } from "../until.ts";

const WORKERS = 2;
// In ms: the latency of SES.
const DELAY = 60;
// From packages/email: the maximum that a worker has claimed and not settled.
const HELD = 75;

/** For a minute SES answers 503, then refuses connections. Then it recovers. */
export async function outage(setup: Setup): Promise<Findings> {
  const { messages, quick, say } = setup;
  // Probes come 2, 6, 14, 30 and 62 seconds after the stop, so both faults get some.
  const [unavailable, refusing] = quick ? [4, 5] : [20, 40];
  const stack = await openStack(setup);
  const { outbox, ses } = stack;
  await ses.behave({ delay: DELAY });
  const first = Math.floor(messages / 2);
  await outbox.fill(first);
  const options = { doubtSeconds: { resend: 5, hold: 10 } };
  const workers = await Promise.all([stack.startWorker(options), stack.startWorker(options)]);
  await outbox.closes(Math.floor(first / 4));
  const watch = watchStatus(setup, outbox);

  say("503 from now on");
  await ses.behave({ faults: [{ fault: "unavailable" }] });
  await outbox.fill(messages - first);
  await until("sending to stop", () => watch.isStopped(), 60);
  await sleep(unavailable * 1000);
  say("connections refused from now on");
  await ses.kill();
  await sleep(refusing * 1000);
  const left = outbox.queued.size - (await outbox.closed());
  await ses.start();
  await ses.behave({ delay: DELAY });
  say(`well again, ${left} emails are left`);
  await outbox.drained();

  const found = await audit(stack);
  const { inDoubt, refused } = await outbox.look<"inDoubt" | "refused">(
    `SELECT count(*) FILTER (WHERE result = 'unknown') AS "inDoubt",
       count(*) FILTER (WHERE result = 'unreachable') AS refused FROM attempts`,
  );
  await Promise.all(workers.map((worker) => worker.call("errors")));
  const { probes, stops } = watch;
  return {
    figures: { ...found, left, stops: stops(), probes: probes(), inDoubt, refused },
    bars: {
      ...always(found),
      "in doubt no more than a window a worker and one a probe":
        inDoubt <= stops() * WORKERS * HELD + probes(),
      "all others sent": found.sent + found.held === found.queued,
      "hold: one copy each": found.copies.hold === 1,
    },
  };
}

/** Counts the stops and probes in `sending_status`. */
function watchStatus(setup: Setup, outbox: Outbox) {
  let stops = 0;
  let probes = 0;
  let last = { stopped: 0, probes: 0 };
  const look = async () => {
    const status = await outbox.look<"stopped" | "probes">(
      "SELECT (stopped_by = 'outage')::int AS stopped, probes FROM sending_status",
    );
    if (status.stopped > last.stopped) stops++;
    // The count starts again with each stop.
    probes += status.probes < last.probes ? status.probes : status.probes - last.probes;
    last = status;
  };
  // Two probes are two seconds apart, or more.
  const timer = setInterval(() => void look().catch(() => {}), 200);
  setup.atEnd(() => clearInterval(timer));
  return {
    stops: () => stops,
    probes: () => probes,
    isStopped: async () => {
      await look();
      return last.stopped === 1;
    },
  };
}
