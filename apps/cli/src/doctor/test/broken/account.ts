import { failure, denied, account } from "../answers.ts";
import type { Broken } from "../state.ts";

/** The account. */
export const brokenAccount: Broken = {
  "the sandbox": [
    { aws: account({ ProductionAccessEnabled: false }) },
    /^✗ sandbox: .*only verified.* → .*aws:production-access/,
  ],
  "the sandbox, under review": [
    {
      aws: account({
        ProductionAccessEnabled: false,
        Details: { ReviewDetails: { Status: "PENDING" } },
      }),
    },
    /^✗ sandbox: .*reviewing.* → .*Wait/,
  ],
  "the sandbox, denied": [
    {
      aws: account({
        ProductionAccessEnabled: false,
        Details: { ReviewDetails: { Status: "DENIED", CaseId: "170" } },
      }),
    },
    /^✗ sandbox: .*denied.* → .*support case: https:.*displayId=170$/,
  ],
  "the sandbox, and AWS has lost the request": [
    {
      aws: account({
        ProductionAccessEnabled: false,
        Details: { ReviewDetails: { Status: "FAILED" } },
      }),
    },
    /^✗ sandbox: .*lost the request.* → .*aws:production-access/,
  ],
  "paused by AWS": [
    { aws: account({ EnforcementStatus: "SHUTDOWN", SendingEnabled: false }) },
    /^✗ sending: .*AWS has paused.* → .*ask to resume/,
  ],
  "under review by AWS": [
    { aws: account({ EnforcementStatus: "PROBATION" }) },
    /^! sending: .*reviewing.* → .*console/,
  ],
  "sending is off": [
    { aws: account({ SendingEnabled: false }) },
    /^✗ sending: .*switched off.* → .*--sending-enabled/,
  ],
  "the quota is used up": [
    { aws: account({ SendQuota: { Max24HourSend: 200, SentLast24Hours: 200, MaxSendRate: 1 } }) },
    /^✗ quota: .*used up: 200 of 200.* → .*servicequotas/,
  ],
  "the quota is nearly used up": [
    { aws: account({ SendQuota: { Max24HourSend: 200, SentLast24Hours: 170, MaxSendRate: 1 } }) },
    /^! quota: .*nearly.* → .*servicequotas/,
  ],
  "the account may not be read": [
    { aws: { "ses:GetAccount": denied } },
    /^! account: .*lack ses:GetAccount.* → .*add doctor to grants .*pulumi -C infra config set grants …,doctor && pnpm infra:up$/,
  ],
  "SES throttles": [
    { aws: { "ses:GetAccount": failure("TooManyRequestsException", "Too many", 429) } },
    /^! account: .*limits.* → .*Wait a minute/,
  ],
};
