import { changeMessages } from "@repo/email/operator";
import { always, audit } from "../audit.ts";
import type { Findings, Setup } from "../campaign.ts";
import { claimedAndLost } from "../leases.ts";
import type { Outbox } from "../outbox.ts";
import { openStack } from "../stack.ts";
import { until } from "../until.ts";

const OPTIONS = { lease: 30, doubtSeconds: { resend: 2, hold: 5 } };
// In ms: the latency of SES.
const DELAY = 60;

/**
 * SES refuses every email for good. Its cause is mended, and two operators retry all that failed,
 * by the same filter and at the same time, while two workers run. One of the workers is killed.
 */
export async function retry(setup: Setup): Promise<Findings> {
  const { random, say } = setup;
  // 10,000 for the usual 20,000 emails.
  const messages = Math.round(setup.messages / 2);
  const stack = await openStack(setup);
  const { outbox, ses } = stack;
  await ses.behave({ faults: [{ fault: "bad-request" }] });
  const workers = await Promise.all([stack.startWorker(OPTIONS), stack.startWorker(OPTIONS)]);
  await outbox.fill(messages);
  await outbox.drained();
  const { failed } = await outbox.look<"failed">(
    "SELECT count(*) AS failed FROM messages WHERE closed_reason = 'failed'",
  );
  say(`${failed} emails have failed; two operators retry them`);

  await ses.behave({ delay: DELAY });
  const retrying = Promise.all(
    ["operator 1", "operator 2"].map((by) =>
      changeMessages(
        outbox.db,
        "retry",
        { closedReason: "failed" },
        { by, because: "the template is repaired" },
      ),
    ),
  );
  const sentBefore = Math.floor((random() * messages) / 2);
  await until(`${sentBefore} emails to be sent`, async () => (await sent(outbox)) > sentBefore);
  const victim = Math.floor(random() * workers.length);
  await workers[victim]?.stop("SIGKILL");
  say("a worker was killed");
  workers[victim] = await stack.startWorker(OPTIONS);
  const counts = await retrying;
  await outbox.drained();

  const found = await audit(stack);
  const claimed = await claimedAndLost(outbox);
  const recorded = await outbox.look<"actions" | "messages" | "with">(
    `SELECT count(*) AS actions, count(DISTINCT message_id) AS messages,
       count(*) FILTER (WHERE done_by <> '' AND because <> '') AS with
     FROM operator_actions WHERE action = 'retry'`,
  );
  const retried = counts.reduce((sum, count) => sum + count.messages, 0);
  return {
    figures: { ...found, messages, failedBefore: failed, retried, claimed, recorded },
    bars: {
      ...always(found),
      "all had failed before": failed === messages,
      "each is retried once": retried === messages,
      "each retry is recorded, with who and why":
        recorded.actions === messages &&
        recorded.messages === messages &&
        recorded.with === messages,
      "duplicates and held no more than were claimed at the kill":
        found.duplicates + found.held <= claimed,
      "hold: one copy each": found.copies.hold === 1,
    },
  };
}

async function sent(outbox: Outbox): Promise<number> {
  const row = await outbox.look<"sent">(
    "SELECT count(*) AS sent FROM messages WHERE closed_reason = 'sent'",
  );
  return row.sent;
}
