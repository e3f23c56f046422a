import { setTimeout as sleep } from "node:timers/promises";
import type { Clients } from "./clients.ts";
import { duration } from "./database.ts";
import { type Identity, findIdentity } from "./identity.ts";

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

/** Waits while SES verifies a sender, and says for how long it has waited. An error ends it. */
export async function waitForVerification(
  { ses }: Pick<Clients, "ses">,
  from: string,
  progress: (line: string) => void,
  interval = INTERVAL,
): Promise<void> {
  const begun = performance.now();
  let last = "";
  for (;;) {
    const identity = await findIdentity(ses, from).catch(() => undefined);
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
