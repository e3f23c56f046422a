// What AWS and Cloudflare answer in the tests.
import type { Values, World } from "./engine.ts";

export const ACCOUNT = "123456789012";
export const REGION = "eu-central-1";
/** These values may stand only inside a secret. */
export const SECRETS = { key: "secret-access-key-0000", smtp: "smtp-password-0000" };

/** The attributes of an identity for which SES signs with its own keys. */
const EASY_DKIM = {
  signingAttributesOrigin: "AWS_SES",
  status: "SUCCESS",
  tokens: ["token0", "token1", "token2"],
};

interface Before {
  /** Default: `aws`. */
  partition?: string;
  /** The DKIM attributes of the identity that is imported. Default: Easy DKIM. */
  dkim?: Values;
  /** The MAIL FROM domain of the identity that is imported. Default: it has none. */
  mailFrom?: { mailFromDomain: string; behaviorOnMxFailure: string };
  /** TXT values of the domain itself, as Route 53 has them: quoted. */
  route53?: string[];
  /** Whether these have a routing policy at Route 53. */
  routed?: boolean;
  /** Records at DigitalOcean; names without the domain. */
  digitalocean?: { name: string; type: string; value: string }[];
  /** Records at Cloudflare. */
  cloudflare?: { name: string; type: string; content: string; comment?: string }[];
}

/** An account, and what it and the zones had before. */
export function aws(zone: Before = {}): World {
  const partition = zone.partition ?? "aws";
  const arn =
    (service: string, path = "") =>
    (name: string) => ({
      arn: `arn:${partition}:${service}:${REGION}:${ACCOUNT}:${path}${name}`,
      name,
    });
  const iam = (path: string) => (name: string) => ({
    arn: `arn:${partition}:iam::${ACCOUNT}:${path}/${name}`,
    name,
  });
  return {
    lookups: {
      "aws:index/getCallerIdentity:getCallerIdentity": () => ({
        accountId: ACCOUNT,
        arn: `arn:${partition}:iam::${ACCOUNT}:user/operator`,
        userId: "AIDA",
        id: ACCOUNT,
      }),
      "aws:route53/getRecords:getRecords": ({ zoneId, nameRegex }) => {
        const names = ["example.com.", "mail.example.com."];
        const found = names.filter((name) => new RegExp(String(nameRegex)).test(name));
        return {
          id: zoneId,
          zoneId,
          resourceRecordSets: found.flatMap((name) => [
            { name, type: "SOA", ttl: 900, resourceRecords: [{ value: "ns.example.com." }] },
            ...(zone.route53
              ? [
                  {
                    name,
                    type: "TXT",
                    ttl: 3600,
                    resourceRecords: zone.route53.map((value) => ({ value })),
                    setIdentifier: zone.routed ? "europe" : "",
                  },
                ]
              : []),
          ]),
        };
      },
      "cloudflare:index/getDnsRecords:getDnsRecords": ({ zoneId, name }) => ({
        id: "x",
        zoneId,
        results: (zone.cloudflare ?? []).filter((record) => record.name === (name as Values).exact),
      }),
      "digitalocean:index/getRecords:getRecords": () => ({ records: zone.digitalocean ?? [] }),
      "aws:sesv2/getEmailIdentity:getEmailIdentity": ({ emailIdentity }) => ({
        emailIdentity,
        dkimSigningAttributes: [zone.dkim ?? EASY_DKIM],
      }),
      "aws:sesv2/getEmailIdentityMailFromAttributes:getEmailIdentityMailFromAttributes": ({
        emailIdentity,
      }) => ({
        emailIdentity,
        ...(zone.mailFrom ?? { mailFromDomain: "", behaviorOnMxFailure: "USE_DEFAULT_VALUE" }),
      }),
    },
    computed: {
      "aws:sesv2/emailIdentity:EmailIdentity": (_, inputs) => ({
        id: inputs.emailIdentity,
        arn: `arn:${partition}:ses:${REGION}:${ACCOUNT}:identity/${String(inputs.emailIdentity)}`,
        dkimSigningAttributes: {
          ...(inputs.dkimSigningAttributes as Values),
          tokens: ["token0", "token1", "token2"],
        },
      }),
      "aws:sesv2/configurationSet:ConfigurationSet": (_, inputs) =>
        arn("ses", "configuration-set/")(String(inputs.configurationSetName)),
      "aws:sns/topic:Topic": arn("sns"),
      "aws:sqs/queue:Queue": (name) => ({
        ...arn("sqs")(name),
        url: `https://sqs.${REGION}.amazonaws.com/${ACCOUNT}/${name}`,
      }),
      "aws:iam/policy:Policy": iam("policy"),
      "aws:iam/user:User": iam("user"),
      "aws:iam/role:Role": iam("role"),
      "aws:iam/accessKey:AccessKey": (name) => ({
        id: `AKIA-${name}`,
        secret: SECRETS.key,
        sesSmtpPasswordV4: SECRETS.smtp,
      }),
    },
  };
}
