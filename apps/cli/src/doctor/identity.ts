import { GetEmailIdentityCommand, type GetEmailIdentityResponse } from "@aws-sdk/client-sesv2";
import type { Clients } from "./clients.ts";
import { type Finding, failed, ok, warning } from "./finding.ts";
import { isDenied, isMissing, refused } from "./refused.ts";
import { domainOf } from "./settings.ts";

/** A sender's identity at SES. */
export interface Identity extends GetEmailIdentityResponse {
  name: string;
}

// The app's own key may not read the identity, so it cannot wait for SES.
const WAIT = "AWS_PROFILE=default pnpm email:doctor --wait";

// The regions that are searched for an identity: those that most people use.
const REGIONS = [
  "us-east-1",
  "us-east-2",
  "us-west-1",
  "us-west-2",
  "ca-central-1",
  "sa-east-1",
  "eu-central-1",
  "eu-west-1",
  "eu-west-2",
  "eu-west-3",
  "eu-north-1",
  "eu-south-1",
  "ap-south-1",
  "ap-southeast-1",
  "ap-southeast-2",
  "ap-northeast-1",
  "ap-northeast-2",
];

/**
 * Finds the identity that SES checks a sender against: the address, its domain, or a parent domain.
 *
 * @throws the SDK's error, except if there is none
 */
export async function findIdentity(
  ses: Clients["ses"],
  from: string,
): Promise<Identity | undefined> {
  const domain = domainOf(from);
  const labels = domain.split(".");
  const domains = labels.slice(0, -1).map((_label, i) => labels.slice(i).join("."));
  let denied: Error | undefined;
  // The address last: the domain's own identity has DKIM and MAIL FROM.
  for (const name of [...domains, from]) {
    try {
      const identity = await ses.send(new GetEmailIdentityCommand({ EmailIdentity: name }));
      return { ...identity, name };
    } catch (error) {
      // A policy may name only the parent domain.
      if (isDenied(error)) denied = error as Error;
      else if (!isMissing(error)) throw error;
    }
  }
  if (denied) throw denied;
  return undefined;
}

/** Whether the sender is verified, here and not in another region; DKIM; MAIL FROM. */
export async function checkIdentity(
  clients: Clients,
  from: string,
): Promise<{ identity?: Identity | undefined; findings: Finding[] }> {
  let identity: Identity | undefined;
  try {
    identity = await findIdentity(clients.ses, from);
  } catch (error) {
    return { findings: [refused("identity", "ses:GetEmailIdentity", error)] };
  }
  if (!identity) return { findings: [await missing(clients, from)] };
  return {
    identity,
    findings: [
      verification(identity, clients.region),
      dkim(identity, clients.region),
      mailFrom(identity, clients.region),
    ],
  };
}

async function missing({ region, sesIn }: Clients, from: string): Promise<Finding> {
  const domain = domainOf(from);
  const found = await Promise.all(
    REGIONS.filter((another) => another !== region).map(async (another) => {
      const identity = await findIdentity(sesIn(another), from).catch(() => undefined);
      return identity && { name: identity.name, region: another };
    }),
  );
  const elsewhere = found.find((one) => one !== undefined);
  if (elsewhere) {
    return failed(
      "region",
      `${elsewhere.name} is an identity in ${elsewhere.region}, and AWS_REGION is ${region}`,
      `Set AWS_REGION=${elsewhere.region}, with that region's topic and configuration sets (pnpm aws:env)`,
    );
  }
  return failed(
    "identity",
    `SES has no identity for ${domain} in ${region}`,
    `pnpm infra:up, or: aws sesv2 create-email-identity --region ${region} --email-identity ${domain}`,
  );
}

function hasOwnKey({ DkimAttributes }: Identity): boolean {
  return DkimAttributes?.SigningAttributesOrigin === "EXTERNAL";
}

function publishKey({ name, DkimAttributes }: Identity): string {
  // Then the tokens are the selectors. SES does not show the key.
  const records = DkimAttributes?.Tokens?.map((selector) => `${selector}._domainkey.${name}`) ?? [];
  return `Publish the TXT record of your own key (${records.join(", ")})`;
}

function verification(identity: Identity, region: string): Finding {
  const { name, VerificationStatus, VerifiedForSendingStatus, VerificationInfo } = identity;
  if (VerifiedForSendingStatus) return ok("identity", `${name} is verified`);
  const why = VerificationInfo?.ErrorType ? ` (${VerificationInfo.ErrorType})` : "";
  if (name.includes("@")) {
    const found = `SES has not verified the address ${name}${why}`;
    return failed("identity", found, `Open the link that SES has emailed to it, then: ${WAIT}`);
  }
  if (VerificationStatus === "PENDING" || VerificationStatus === "TEMPORARY_FAILURE") {
    const found = `SES has not verified ${name} yet${why}`;
    const records = hasOwnKey(identity) ? publishKey(identity) : "Create the DNS records below";
    return failed("identity", found, `${records}, then: ${WAIT}`);
  }
  const found = `SES's verification of ${name} has failed${why}`;
  // Easy DKIM would replace the owner's key.
  if (hasOwnKey(identity))
    return failed("identity", found, `${publishKey(identity)}, then: ${WAIT}`);
  return failed(
    "identity",
    found,
    `Create the DNS records below, then: aws sesv2 put-email-identity-dkim-signing-attributes --region ${region} --email-identity ${name} --signing-attributes-origin AWS_SES`,
  );
}

function dkim(identity: Identity, region: string): Finding {
  const { name, DkimAttributes } = identity;
  const { SigningEnabled, Status, CurrentSigningKeyLength } = DkimAttributes ?? {};
  if (name.includes("@") && Status !== "SUCCESS") {
    return warning(
      "DKIM",
      `SES knows only the address ${name}: nothing is signed as its domain`,
      `Verify the domain: pnpm infra:up`,
    );
  }
  if (!SigningEnabled) {
    return failed(
      "DKIM",
      `SES does not sign the email of ${name}`,
      `aws sesv2 put-email-identity-dkim-attributes --region ${region} --email-identity ${name} --signing-enabled`,
    );
  }
  if (Status !== "SUCCESS") {
    const next = `${hasOwnKey(identity) ? publishKey(identity) : "Create the CNAMEs below"}, then: ${WAIT}`;
    return failed("DKIM", `SES has not found the keys of ${name} (${Status})`, next);
  }
  if (CurrentSigningKeyLength === "RSA_1024_BIT") {
    return warning(
      "DKIM",
      `the key of ${name} has 1,024 bits`,
      `aws sesv2 put-email-identity-dkim-signing-attributes --region ${region} --email-identity ${name} --signing-attributes-origin AWS_SES --signing-attributes NextSigningKeyLength=RSA_2048_BIT`,
    );
  }
  return ok("DKIM", `SES signs as ${name}`);
}

function mailFrom({ name, MailFromAttributes }: Identity, region: string): Finding {
  const { MailFromDomain, MailFromDomainStatus, BehaviorOnMxFailure } = MailFromAttributes ?? {};
  if (!MailFromDomain && name.includes("@")) {
    const found = `the address ${name} has no MAIL FROM domain: SPF passes for amazonses.com only`;
    return warning("MAIL FROM", found, "Verify the domain: pnpm infra:up");
  }
  if (!MailFromDomain) {
    return warning(
      "MAIL FROM",
      `${name} has no MAIL FROM domain: SPF passes for amazonses.com, and not for your domain`,
      `pnpm infra:up, or: aws sesv2 put-email-identity-mail-from-attributes --region ${region} --email-identity ${name} --mail-from-domain bounce.${name}`,
    );
  }
  if (MailFromDomainStatus === "SUCCESS") return ok("MAIL FROM", MailFromDomain);
  const found = `SES has not found the records of ${MailFromDomain} (${MailFromDomainStatus})`;
  const next = `Create its MX and SPF below, then: ${WAIT}`;
  return BehaviorOnMxFailure === "REJECT_MESSAGE"
    ? failed("MAIL FROM", `${found}, and refuses email until then`, next)
    : warning("MAIL FROM", `${found}, and uses amazonses.com until then`, next);
}
