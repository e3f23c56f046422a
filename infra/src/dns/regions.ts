// The domain below which SES has its DKIM keys, by region (AWS General Reference, Amazon SES
// endpoints and quotas, "DKIM domains").

const SHARED = "dkim.amazonses.com";

const REGIONS_THAT_SHARE = [
  "ap-northeast-1",
  "ap-northeast-2",
  "ap-south-1",
  "ap-southeast-1",
  "ap-southeast-2",
  "ca-central-1",
  "eu-central-1",
  "eu-north-1",
  "eu-west-1",
  "eu-west-2",
  "eu-west-3",
  "me-south-1",
  "sa-east-1",
  "us-east-1",
  "us-east-2",
  "us-gov-west-1",
  "us-west-1",
  "us-west-2",
];

const REGIONS_OF_THEIR_OWN = [
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
];

/**
 * The domain of DKIM's targets in a region. Undefined: the region is not known here.
 * AWS says to read `SigningHostedZone` of the identity instead, which the Pulumi provider does not
 * have yet (terraform-provider-aws, issue 48568).
 */
export function dkimHostOf(region: string): string | undefined {
  if (REGIONS_THAT_SHARE.includes(region)) return SHARED;
  return REGIONS_OF_THEIR_OWN.includes(region) ? `dkim.${region}.amazonses.com` : undefined;
}
