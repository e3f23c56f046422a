import { GetCallerIdentityCommand } from "@aws-sdk/client-sts";
import type { Clients } from "./clients.ts";
import { type Finding, failed, ok, warning } from "./finding.ts";
import { explainUnreachable, isUnreachable } from "./refused.ts";
import type { Settings } from "./settings.ts";

const NEXT = "aws sso login, or set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY (pnpm aws:env)";

/** Who calls AWS. @returns no `account` if the credentials cannot be used */
export async function checkCredentials(
  { sts, region }: Clients,
  { SES_EVENTS_TOPIC_ARN: topic = "", AWS_PROFILE: profile }: Settings,
): Promise<{ account?: string; findings: Finding[] }> {
  try {
    const { Arn = "", Account = "" } = await sts.send(new GetCallerIdentityCommand({}));
    const [, , , , topicAccount = Account] = topic.split(":");
    if (topicAccount !== Account) {
      const found = `these are of account ${Account}, and SES_EVENTS_TOPIC_ARN is of ${topicAccount}`;
      const next = "Use the credentials of that account (AWS_PROFILE), or: pnpm aws:env";
      return { account: Account, findings: [failed("credentials", found, next)] };
    }
    if (Arn.endsWith(":root")) {
      const found = `these belong to the root user of account ${Account}: they may do everything`;
      const next = "Use the user or role of infra instead: pnpm aws:env";
      return { account: Account, findings: [warning("credentials", found, next)] };
    }
    return { account: Account, findings: [ok("credentials", Arn)] };
  } catch (error) {
    return { findings: [explain(error, region, profile)] };
  }
}

function explain(error: unknown, region: string, profile?: string): Finding {
  if (isUnreachable(error)) {
    const { found, next } = explainUnreachable(error, `sts.${region}.amazonaws.com`);
    return failed("credentials", found, next);
  }
  if (profile && (error as Error).name === "CredentialsProviderError") {
    const found = `the profile ${profile} (AWS_PROFILE) has none on this machine`;
    const next = `aws sso login --profile ${profile}, or correct AWS_PROFILE: aws configure list-profiles`;
    return failed("credentials", found, next);
  }
  const { found, next } = explainCredentials(error) ?? {
    found: `AWS refuses them (${(error as Error).name})`,
    next: NEXT,
  };
  return failed("credentials", found, next);
}

/** What is wrong with the credentials, if a call has failed because of them. */
export function explainCredentials(error: unknown): { found: string; next: string } | undefined {
  const { name, message } = error as Error;
  const said = `${name} ${message}`;
  if (/Signature (?:expired|not yet current)|RequestTimeTooSkewed|RequestExpired/.test(said)) {
    return { found: "this machine's clock is wrong", next: "sudo timedatectl set-ntp true" };
  }
  if (/Expired|SSOToken|session.*(?:expired|invalid)/i.test(said)) {
    return { found: "they have expired", next: "aws sso login, or renew the session's keys" };
  }
  if (/CredentialsProvider|credentials? .*(?:missing|not|load)|is missing/i.test(said)) {
    return { found: "there are none", next: NEXT };
  }
  if (/InvalidClientTokenId|UnrecognizedClient/.test(name)) {
    // AWS answers the same in a region that the account has not enabled.
    const found =
      "AWS does not know this access key, or it is inactive, or the account has not enabled AWS_REGION";
    return { found, next: NEXT };
  }
  if (/SignatureDoesNotMatch|InvalidSignature|IncompleteSignature/.test(name)) {
    const found = "AWS_SECRET_ACCESS_KEY does not belong to AWS_ACCESS_KEY_ID";
    return { found, next: NEXT };
  }
  return undefined;
}
