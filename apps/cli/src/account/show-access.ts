import type { GetAccountResponse } from "@aws-sdk/client-sesv2";
import { count } from "../count.ts";

const CASES = "https://console.aws.amazon.com/support/home#/case";

/** Where AWS's answer to a request for production access is. */
export function caseOf({ Details }: GetAccountResponse): string {
  const { CaseId } = Details?.ReviewDetails ?? {};
  return CaseId ? `${CASES}/?displayId=${encodeURIComponent(CaseId)}` : `${CASES}s`;
}

/** Sandbox or production, and what AWS has said about it. */
export function showAccess(account: GetAccountResponse, region: string): string {
  const { ProductionAccessEnabled, SendQuota, Details } = account;
  const { Max24HourSend = 0, MaxSendRate = 0 } = SendQuota ?? {};
  const daily =
    Max24HourSend < 0 ? "without a daily limit" : `${count(Max24HourSend, "email")} a day`;
  const quota = `${daily}, ${MaxSendRate} a second`;
  if (ProductionAccessEnabled) return `In ${region} the account has production access: ${quota}.`;
  const sandbox = `In ${region} the account is in the sandbox: ${quota}.\nIt sends only to verified addresses.`;
  switch (Details?.ReviewDetails?.Status) {
    case "PENDING":
      return `${sandbox}\nAWS is reviewing the request, and answers by email:\n${caseOf(account)}`;
    case "DENIED":
      return `${sandbox}\nAWS has denied the request. Its case says why; answer there:\n${caseOf(account)}`;
    case "FAILED":
      return `${sandbox}\nAn error at AWS has lost the last request. It can be sent again.`;
    default:
      return sandbox;
  }
}
