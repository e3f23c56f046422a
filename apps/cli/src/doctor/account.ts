import { GetAccountCommand } from "@aws-sdk/client-sesv2";
import type { Clients } from "./clients.ts";
import { type Finding, failed, ok, warning } from "./finding.ts";
import { isUnreachable, refused } from "./refused.ts";

// Of the quota of 24 hours.
const NEARLY = 0.8;

const CONSOLE = "https://console.aws.amazon.com/ses/home#/account";

/** Sandbox or production, sending, enforcement, quota and rate. */
export async function checkAccount(
  { ses, region }: Clients,
  isProduction: boolean,
): Promise<Finding[]> {
  try {
    const account = await ses.send(new GetAccountCommand({}));
    const { SendQuota, SendingEnabled, EnforcementStatus = "HEALTHY", Details } = account;
    const { Max24HourSend = -1, SentLast24Hours = 0, MaxSendRate = 0 } = SendQuota ?? {};
    return [
      sending(SendingEnabled ?? true, EnforcementStatus),
      account.ProductionAccessEnabled
        ? ok("sandbox", `the account has production access in ${region}`)
        : sandbox(Details?.ReviewDetails?.Status, isProduction),
      quota(SentLast24Hours, Max24HourSend, MaxSendRate),
    ];
  } catch (error) {
    return [refused("account", "ses:GetAccount", error)];
  }
}

/** @returns the finding if ses-local does not answer */
export async function checkStandIn({ ses }: Clients): Promise<Finding | undefined> {
  try {
    await ses.send(new GetAccountCommand({}));
  } catch (error) {
    if (isUnreachable(error)) return failed("stand-in", "ses-local does not answer", "pnpm dev");
  }
  return undefined;
}

function sending(isEnabled: boolean, enforcement: string): Finding {
  if (enforcement === "SHUTDOWN") {
    const found = "AWS has paused the account because of its bounces or complaints";
    return failed(
      "sending",
      found,
      `Read AWS's message, fix the cause and ask to resume: ${CONSOLE}`,
    );
  }
  if (!isEnabled) {
    const next = "aws sesv2 put-account-sending-attributes --sending-enabled";
    return failed("sending", "sending is switched off for the account", next);
  }
  if (enforcement !== "HEALTHY") {
    const found = `AWS is reviewing the account (${enforcement})`;
    return warning("sending", found, `Read AWS's message: ${CONSOLE}`);
  }
  return ok("sending", "enabled and healthy");
}

function sandbox(review: string | undefined, isProduction: boolean): Finding {
  const finding = isProduction ? failed : warning;
  const found = "the account is in the sandbox: only verified addresses get email";
  const ask =
    "aws sesv2 put-account-details --production-access-enabled --mail-type TRANSACTIONAL --website-url https://example.com --use-case-description '…'";
  if (review === "PENDING") {
    return finding(
      "sandbox",
      `${found}; AWS is reviewing the request`,
      "Wait for AWS's answer by email",
    );
  }
  if (review === "DENIED" || review === "FAILED") {
    const next =
      "Answer the support case: https://console.aws.amazon.com/support/home#/case/history";
    return finding("sandbox", `${found}; AWS has denied the request`, next);
  }
  return finding("sandbox", found, ask);
}

function quota(sent: number, max: number, rate: number): Finding {
  if (max < 0) return ok("quota", `no daily limit, ${rate} emails a second`);
  const found = `${sent} of ${max} emails in 24 hours, ${rate} a second`;
  const next = "https://console.aws.amazon.com/servicequotas/home/services/ses/quotas";
  if (sent >= max) return failed("quota", `used up: ${found}`, `Ask for more: ${next}`);
  if (sent >= max * NEARLY)
    return warning("quota", `nearly used up: ${found}`, `Ask for more: ${next}`);
  return ok("quota", found);
}
