import { GetSuppressedDestinationCommand } from "@aws-sdk/client-sesv2";
import type { Db } from "@repo/db";
import { isAllowed } from "@repo/email/enqueue";
import { createPseudonyms } from "@repo/email/erasure";
import { explainSuppression, shellWord } from "@repo/email/suppressions";
import type { Clients } from "./clients.ts";
import { type Finding, failed, ok } from "./finding.ts";
import { isMissing, refused } from "./refused.ts";
import type { Settings } from "./settings.ts";

/** Whether an address may get email, by the settings and by our own list. */
export async function checkSuppressedHere(
  db: Db,
  to: string,
  { EMAIL_ALLOW_TO, EMAIL_REDIRECT_TO, OPT_OUT_KEY }: Settings,
): Promise<Finding[]> {
  // An opt-out outlives the erasure of its address.
  const pseudonyms = OPT_OUT_KEY && createPseudonyms(OPT_OUT_KEY);
  const { suppression } = await explainSuppression(db, to, pseudonyms);
  const ended = suppression?.until && suppression.until < new Date();
  const findings: Finding[] =
    suppression && !ended
      ? [
          failed(
            "suppression",
            `${to} gets ${suppression.reason === "soft-bounces" ? "only security email" : "no email"}: ${suppression.reason}`,
            `pnpm email:suppressions ${shellWord(to)}`,
          ),
        ]
      : [ok("suppression", `${to} is not on our list`)];
  if (!EMAIL_REDIRECT_TO && EMAIL_ALLOW_TO && !isAllowed(EMAIL_ALLOW_TO, to)) {
    const next = `Add ${to} to EMAIL_ALLOW_TO, and restart the worker`;
    findings.push(failed("allow-list", `EMAIL_ALLOW_TO has neither ${to} nor its domain`, next));
  }
  return findings;
}

/** Whether an address is on SES's own list: SES accepts its email, and drops it. */
export async function checkSuppressedAtSes(
  { ses, region }: Clients,
  to: string,
): Promise<Finding[]> {
  try {
    const command = new GetSuppressedDestinationCommand({ EmailAddress: to });
    const { SuppressedDestination } = await ses.send(command);
    const found = `${to} is on SES's own list: ${SuppressedDestination?.Reason}`;
    const next = `pnpm email:suppressions remove ${shellWord(to)} --reason "…", or: aws sesv2 delete-suppressed-destination --region ${region} --email-address ${shellWord(to)}`;
    return [failed("SES's suppression", found, next)];
  } catch (error) {
    if (isMissing(error)) return [ok("SES's suppression", `${to} is not on SES's list`)];
    return [refused("SES's suppression", "ses:GetSuppressedDestination", error)];
  }
}
