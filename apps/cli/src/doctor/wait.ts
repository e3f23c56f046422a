import { setTimeout as sleep } from "node:timers/promises";
import type { Clients } from "./clients.ts";
import { duration } from "./database.ts";
import { type Identity, findIdentity } from "./identity.ts";
import { isThrottled, isUnreachable } from "./refused.ts";

// In ms. SES itself looks every few minutes, and gives up after 72 hours.
const INTERVAL = 15_000;

const isPending = (status: string | undefined) =>
  status === "PENDING" || status === "TEMPORARY_FAILURE";

/** What SES still looks for. */
function pendingOf({ VerificationStatus, DkimAttributes, MailFromAttributes }: Identity): string[] {
  return [
    isPending(VerificationStatus) && "the identity",
    isPending(DkimAttributes?.Status) && "DKIM",
    isPending(MailFromAttributes?.MailFromDomainStatus) && "MAIL FROM",
  ].filter((what) => typeof what === "string");
}

/**
 * Waits while SES verifies a sender, and says for how long it has waited. An error ends it, except
 * one that passes, after an answer.
 */
export async function waitForVerification(
  { ses }: Pick<Clients, "ses">,
  from: string,
  progress: (line: string) => void,
  interval = INTERVAL,
): Promise<void> {
  const begun = performance.now();
  let last = "";
  for (;;) {
    let identity: Identity | undefined;
    try {
      identity = await findIdentity(ses, from);
    } catch (error) {
      if (!last || !(isThrottled(error) || isUnreachable(error))) return;
      const line = `SES gives no answer (${(error as Error).name}), and is asked again`;
      if (line !== last) progress(line);
      last = line;
      await sleep(interval);
      continue;
    }
    const pending = identity ? pendingOf(identity) : [];
    const waited = duration((performance.now() - begun) / 1_000);
    if (pending.length === 0) return;
    const line = `SES is verifying ${pending.join(", ")} of ${identity?.name}: waited ${waited}`;
    // A wrong record would keep the person waiting for days.
    if (!last)
      progress("Without --wait, pnpm email:doctor shows whether the DNS records are there.");
    if (line !== last) progress(line);
    last = line;
    await sleep(interval);
  }
}
