import { randomBytes } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import type { Db } from "@repo/db";
import { createEnqueue, isAllowed } from "@repo/email/enqueue";
import { templates } from "@repo/templates/registry";
import { type Finding, failed, ok, skipped } from "./finding.ts";
import type { Settings } from "./settings.ts";

// SES's mailbox simulator, and the event that each of its mailboxes causes.
// https://docs.aws.amazon.com/ses/latest/dg/send-an-email-from-console.html#send-email-simulator
const MAILBOXES = { success: "Delivery", bounce: "Bounce", complaint: "Complaint" };
const HOST = "simulator.amazonses.com";

/** How long the round trip waits for each event, in ms. */
interface Patience {
  /** Default: 90,000. */
  limit?: number;
  /** From one look at the tables to the next. Default: 500. */
  interval?: number;
}

/**
 * Sends an email to each mailbox of SES's simulator, and waits until its event is in our tables.
 * The emails do not count in SES's bounce and complaint rates.
 *
 * @param progress is told what is waited for
 */
export async function* roundTrip(
  db: Db,
  settings: Settings,
  progress: (line: string) => void,
  { limit = 90_000, interval = 500 }: Patience = {},
): AsyncGenerator<Finding> {
  const { EMAIL_KEY: keys, APP_URL = "http://localhost" } = settings;
  const { EMAIL_ALLOW_TO, EMAIL_REDIRECT_TO } = settings;
  if (!keys) {
    yield skipped("round trip", "it needs EMAIL_KEY");
    return;
  }
  if (EMAIL_REDIRECT_TO) {
    yield skipped("round trip", "EMAIL_REDIRECT_TO sends every email to another address");
    return;
  }
  if (EMAIL_ALLOW_TO && !isAllowed(EMAIL_ALLOW_TO, `success@${HOST}`)) {
    const next = `Add ${HOST} to EMAIL_ALLOW_TO, and restart the worker`;
    yield failed("round trip", "EMAIL_ALLOW_TO does not have SES's simulator", next);
    return;
  }
  const enqueue = createEnqueue({ keys, templates });
  // Fresh, because a bounce suppresses its address here.
  const label = `doctor-${randomBytes(6).toString("hex")}`;
  const props = { url: `${APP_URL}/verify-email?token=${label}`, expiresInMinutes: 60 };
  const sent = await db.$transaction(async (tx) => {
    const all: { mailbox: string; type: string; id: string }[] = [];
    for (const [mailbox, type] of Object.entries(MAILBOXES)) {
      const to = `${mailbox}+${label}@${HOST}`;
      all.push({ mailbox, type, ...(await enqueue(tx, { template: "verify-email", to, props })) });
    }
    return all;
  });
  const begun = performance.now();
  for (const { mailbox, type, id } of sent) {
    progress(`waiting for the ${type} event of ${mailbox}@${HOST} (email ${id})`);
    const isThere = async () => (await db.event.count({ where: { messageId: id, type } })) > 0;
    let found = await isThere();
    while (!found && performance.now() - begun < limit) {
      await sleep(interval);
      found = await isThere();
    }
    const took = `${((performance.now() - begun) / 1_000).toFixed(1)} s`;
    yield found
      ? ok("round trip", `${type} of ${mailbox}@${HOST}, after ${took}`)
      : await why(db, id, type);
  }
}

/** Which part of the chain the event did not pass. */
async function why(db: Db, id: string, type: string): Promise<Finding> {
  const message = await db.message.findUniqueOrThrow({ where: { id } });
  const { state, closedReason, lastError } = message;
  const log = `pnpm email:log ${id}`;
  if (state === "queued" || state === "sending") {
    const found = lastError ? `the email waits: ${lastError}` : "no worker has sent the email";
    return failed(
      "round trip",
      found,
      lastError ? log : "Start the worker: pnpm dev, or: pnpm start",
    );
  }
  if (closedReason !== "sent") {
    const inDoubt = state === "unknown" || closedReason === "unknown";
    const what = inDoubt ? "nobody knows whether the email was sent" : "the email was not sent";
    return failed("round trip", `${what}: ${lastError ?? closedReason ?? state}`, log);
  }
  const others = await db.event.count({ where: { messageId: id } });
  const found =
    others > 0
      ? `the email was sent and its other events came, but no ${type}`
      : `SES has accepted the email, but no event of it came`;
  return failed(
    "round trip",
    found,
    others > 0
      ? "Look at the types of events above: pnpm email:doctor"
      : "Look at topic, subscription and queue above, and at the log of web or worker",
  );
}
