import type * as pulumi from "@pulumi/pulumi";
import { SES_SPF } from "./apex.ts";

/** A record as the zone is to have it. Names are full, without the dot at the end. */
export interface PlannedRecord {
  /** Of the resource: `dkim-0`. */
  key: string;
  name: pulumi.Input<string>;
  type: "CNAME" | "MX" | "TXT";
  /** Unquoted, whatever its length. */
  value: pulumi.Input<string>;
  priority?: number;
  /** In seconds. */
  ttl: number;
  /** Whether it stays until somebody says otherwise. Default: `false`. */
  protect?: boolean;
}

const TTL = 300;

// Where SES signs under a domain of the region's own (AWS General Reference, "DKIM domains").
const REGIONAL_DKIM = new Set([
  "af-south-1",
  "ap-northeast-3",
  "ap-south-2",
  "ap-southeast-3",
  "ap-southeast-5",
  "ca-west-1",
  "eu-central-2",
  "eu-south-1",
  "il-central-1",
  "me-central-1",
  "us-gov-east-1",
]);

/**
 * DKIM's CNAMEs: they verify the domain, and hold SES's keys. Protected as the identity is, which
 * without them may not send.
 */
export function dkimRecords(args: {
  domain: string;
  region: string;
  tokens: pulumi.Output<string>[];
}): PlannedRecord[] {
  const { domain, region, tokens } = args;
  const host = REGIONAL_DKIM.has(region) ? `dkim.${region}.amazonses.com` : "dkim.amazonses.com";
  return tokens.map((token, index) => ({
    key: `dkim-${index}`,
    name: token.apply((value) => `${value}._domainkey.${domain}`),
    type: "CNAME",
    value: token.apply((value) => `${value}.${host}`),
    ttl: TTL,
    protect: true,
  }));
}

/** Of the MAIL FROM domain: bounces go to SES, and SPF is about this name. */
export function mailFromRecords(mailFromDomain: string, region: string): PlannedRecord[] {
  return [
    {
      key: "mail-from-mx",
      name: mailFromDomain,
      type: "MX",
      value: `feedback-smtp.${region}.amazonses.com`,
      priority: 10,
      ttl: TTL,
    },
    {
      key: "mail-from-spf",
      name: mailFromDomain,
      type: "TXT",
      value: `v=spf1 ${SES_SPF} ~all`,
      ttl: TTL,
    },
  ];
}

/** DMARC (RFC 7489): what receivers do with email that is not ours. */
export function dmarcRecord(
  domain: string,
  dmarc: { policy: string; reportsTo: string | undefined },
): PlannedRecord {
  const reports = dmarc.reportsTo ? `; rua=mailto:${dmarc.reportsTo}` : "";
  return {
    key: "dmarc",
    name: `_dmarc.${domain}`,
    type: "TXT",
    value: `v=DMARC1; p=${dmarc.policy}${reports}`,
    ttl: TTL,
  };
}
