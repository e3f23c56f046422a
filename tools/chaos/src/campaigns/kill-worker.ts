import { always, audit } from "../audit.ts";
import type { Findings, Setup } from "../campaign.ts";
import { claimedAndLost, leasesEnd } from "../leases.ts";
import { openStack } from "../stack.ts";

// In seconds. As in production, except the wait of emails in doubt.
const LEASE = 30;
const DOUBT_SECONDS = { resend: 2, hold: 5 };
const RECOVERY = 60;
// In ms: the latency of SES.
const DELAY = 60;
// From packages/email: the maximum that a worker has claimed and not settled.
const HELD = 75;

/** Kills (-9) a random worker again and again, at random moments of the drain. */
export async function killWorker(setup: Setup): Promise<Findings> {
  const { messages, random, quick, say } = setup;
  const kills = quick ? 4 : 100;
  const stack = await openStack(setup);
  const { outbox } = stack;
  await stack.ses.behave({ delay: DELAY });
  const options = { lease: LEASE, doubtSeconds: DOUBT_SECONDS };
  const workers = await Promise.all([stack.startWorker(options), stack.startWorker(options)]);

  for (let kill = 1; kill <= kills; kill++) {
    const share = Math.round((messages * kill) / kills) - outbox.queued.size;
    await outbox.fill(share);
    // Less than half, so that work is left when the worker dies.
    await outbox.closes(Math.floor((random() * share) / 2));
    const victim = Math.floor(random() * workers.length);
    await workers[victim]?.stop("SIGKILL");
    workers[victim] = await stack.startWorker(options);
    if (kill % 10 === 0 || kill === kills) say(`${kill} of ${kills} kills`);
  }
  const last = await leasesEnd(outbox, LEASE);
  say(`recovered ${last} s after the last kill; draining`);
  await outbox.drained();

  const found = await audit(stack);
  const claimed = await claimedAndLost(outbox);
  const { longest } = await outbox.look<"longest">(
    `SELECT COALESCE(max(extract(epoch FROM finished_at - started_at)), 0) AS longest
     FROM attempts WHERE error_code = 'LEASE_LOST'`,
  );
  const recovery = Math.max(last, Math.round(longest));
  return {
    figures: { ...found, kills, claimed, recovery },
    bars: {
      ...always(found),
      "duplicates and held no more than were claimed at the kills":
        found.duplicates + found.held <= claimed,
      "no more than a window claimed by each": claimed <= kills * HELD,
      "hold: one copy each": found.copies.hold === 1,
      [`recovered within ${RECOVERY} s`]: recovery <= RECOVERY,
    },
  };
}
