import { GetAccountCommand, type GetAccountResponse } from "@aws-sdk/client-sesv2";
import { caseOf } from "../account/show-access.ts";
import { count } from "../count.ts";
import type { Clients } from "./clients.ts";
import { type Finding, failed, ok, warning } from "./finding.ts";
import { isUnreachable, refused } from "./refused.ts";

// Shares of the 24-hour quota.
const NEARLY = 0.8;

// The app itself may not ask.
const ASK = "AWS_PROFILE=default pnpm aws:production-access";

const CONSOLE = "https://console.aws.amazon.com/ses/home#/account";

/** Sandbox or production, sending, enforcement, quota, rate and pricing plan. */
export async function checkAccount(
  { ses, region }: Clients,
  isProduction: boolean,
): Promise<Finding[]> {
  try {
    const account = await ses.send(new GetAccountCommand({}));
    const { SendQuota, SendingEnabled, EnforcementStatus = "HEALTHY" } = account;
    const { Max24HourSend = -1, SentLast24Hours = 0, MaxSendRate = 0 } = SendQuota ?? {};
    return [
      sending(SendingEnabled ?? true, EnforcementStatus, region),
      account.ProductionAccessEnabled
        ? ok("sandbox", `the account has production access in ${region}`)
        : sandbox(account, isProduction),
      quota(SentLast24Hours, Max24HourSend, MaxSendRate),
      ...plan(account),
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

function sending(isEnabled: boolean, enforcement: string, region: string): Finding {
  if (enforcement === "SHUTDOWN") {
    const found = "AWS has paused the account because of its bounces or complaints";
    return failed(
      "sending",
      found,
      `Read AWS's message, fix the cause and ask to resume: ${CONSOLE}`,
    );
  }
  if (!isEnabled) {
    const next = `aws sesv2 put-account-sending-attributes --region ${region} --sending-enabled`;
    return failed("sending", "sending is switched off for the account", next);
  }
  if (enforcement !== "HEALTHY") {
    const found = `AWS is reviewing the account (${enforcement})`;
    return warning("sending", found, `Read AWS's message: ${CONSOLE}`);
  }
  return ok("sending", "enabled and healthy");
}

function sandbox(account: GetAccountResponse, isProduction: boolean): Finding {
  const finding = isProduction ? failed : warning;
  const found = "the account is in the sandbox: only verified addresses get email";
  switch (account.Details?.ReviewDetails?.Status) {
    case "PENDING": {
      const next = `Wait for AWS's answer by email: ${caseOf(account)}`;
      return finding("sandbox", `${found}; AWS is reviewing the request`, next);
    }
    case "DENIED":
      return finding(
        "sandbox",
        `${found}; AWS has denied the request`,
        `Answer the support case: ${caseOf(account)}`,
      );
    case "FAILED":
      return finding("sandbox", `${found}; an error at AWS has lost the request`, ASK);
    default:
      return finding("sandbox", found, ASK);
  }
}

function quota(sent: number, max: number, rate: number): Finding {
  if (max < 0) return ok("quota", `no daily limit, ${count(rate, "email")} a second`);
  const found = `${sent} of ${count(max, "email")} in 24 hours, ${rate} a second`;
  const next = "https://console.aws.amazon.com/servicequotas/home/services/ses/quotas";
  if (sent >= max) return failed("quota", `used up: ${found}`, `Ask for more: ${next}`);
  if (sent >= max * NEARLY)
    return warning("quota", `nearly used up: ${found}`, `Ask for more: ${next}`);
  return ok("quota", found);
}

/** No finding if SES names no plan, as ses-local does. */
function plan({ PricingAttributes }: GetAccountResponse): Finding[] {
  const { CurrentPlan: current, NextPlan: next } = PricingAttributes ?? {};
  if (!current) return [];
  const isPlain = current === "NONE";
  const found = isPlain ? "none: pay as you go" : `${current}: this app uses no tool of it`;
  const change = next && next !== current ? `; ${next} from next month` : "";
  const hint = isPlain || change ? "" : " (AWS_PROFILE=default pnpm aws:plan)";
  return [ok("plan", found + change + hint)];
}
