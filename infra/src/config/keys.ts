import {
  SHORTEST_DELIVERY,
  LONGEST_DELIVERY,
  required,
  optional,
  matching,
  domainName,
  subdomain,
  setName,
  address,
  fromPattern,
  httpsUrl,
  flag,
  oidcIssuer,
  oidcSubject,
  deliverySeconds,
  keyNames,
  oneOf,
  listOf,
} from "./parse.ts";
import { PROVIDERS } from "../dns/providers.ts";

/** One key of the stack's configuration: `pulumi config set <key> <value>`. */
export interface Key<T> {
  /** One sentence, for configuration.md. */
  about: string;
  example: string;
  /** What is used when the key is not set, in words for configuration.md. */
  default: string;
  /** @throws Error whose message completes "… must be" */
  parse: (value: string | undefined) => T;
}

type Parsed<Keys> = { [Name in keyof Keys]: Keys[Name] extends Key<infer T> ? T : never };

/** In seconds. The shortest-lived token in a security email, for a password reset, lasts an hour. */
export const SECURITY_DELIVERY = 3600;

const EVENTS = ["sqs", "https", "lambda"] as const;
const DMARC_POLICIES = ["none", "quarantine", "reject"] as const;
const ALIGNMENTS = ["relaxed", "strict"] as const;
const IDENTITY = ["create", "import", "existing"] as const;
const EXISTING = ["configurationSets", "dkim", "mailFrom", "dmarc"] as const;
const PRINCIPALS = ["user", "role"] as const;
const DNS = Object.keys(PROVIDERS) as (keyof typeof PROVIDERS)[];
/** The policies that exist. `grants` says which of them the app's user or role gets. */
export const GRANTS = ["send", "quota", "events", "erasure", "suppression", "doctor"] as const;
export type Grant = (typeof GRANTS)[number];

/** Every key there is. configuration.md and Pulumi.example.yaml are compared with it. */
export const KEYS = {
  domain: {
    about: "The domain that email comes from; a stack has one.",
    example: "example.com",
    default: "needed",
    parse: required(domainName),
  },
  mailFrom: {
    about:
      "The subdomain for bounces (custom MAIL FROM). It takes an MX record, so nothing else may use it.",
    example: "bounce",
    default: "bounce",
    parse: optional(subdomain, undefined),
  },
  mailFromFailure: {
    about:
      "What SES does while the MX record is missing: `use-default` sends from amazonses.com, `reject` does not send.",
    example: "reject",
    default: "use-default; with `import`, what SES has",
    parse: optional(oneOf(["use-default", "reject"]), undefined),
  },
  identity: {
    about:
      "`create` makes SES's identity of the domain; where there is one, `import` takes it over as it is, and adds the records, and MAIL FROM if it has none; `existing` leaves it alone, with its MAIL FROM and its records (a second stack on one domain).",
    example: "import",
    default: "create",
    parse: optional(oneOf(IDENTITY), "create"),
  },
  existing: {
    about:
      "What exists already and stays as it is: `configurationSets` (only the events are added); `dkim`, `mailFrom`, `dmarc` (Pulumi does not make these records, and deletes those that the stack made before).",
    example: "dkim,dmarc",
    default: "nothing",
    parse: optional(listOf(oneOf(EXISTING)), []),
  },
  configurationSet: {
    about: "The name of the configuration set for all but security email.",
    example: "acme",
    default: "project-stack",
    parse: optional(setName, undefined),
  },
  securityConfigurationSet: {
    about: "The name of the configuration set for security email.",
    example: "acme-security",
    default: "project-stack-security",
    parse: optional(setName, undefined),
  },
  securityDeliverySeconds: {
    about: `How long SES may go on trying to deliver security email, ${SHORTEST_DELIVERY} to ${LONGEST_DELIVERY} seconds. If it is longer than the shortest token lives, an email can arrive with a link that no longer works.`,
    example: "1800",
    default: String(SECURITY_DELIVERY),
    parse: optional(deliverySeconds, undefined),
  },
  dkimHost: {
    about:
      "The domain of SES's keys, which DKIM's records point into: `DkimAttributes.SigningHostedZone` of the identity at SES. Needed only in a region that the program does not know, or where SES shows another one than the records have.",
    example: "dkim.eu-central-2.amazonses.com",
    default: "by region",
    parse: optional(domainName, undefined),
  },
  dns: {
    about:
      "The provider of the DNS zone: `route53`, `cloudflare` and `digitalocean` get the records from Pulumi; `manual` prints them as a table and a BIND zone, for any other.",
    example: "route53",
    default: "manual",
    parse: optional(oneOf(DNS), "manual"),
  },
  zoneId: {
    about: "The zone's id at Route 53 or Cloudflare; its domain at DigitalOcean.",
    example: "Z0123456789ABCDEFGHIJ",
    default: "none",
    parse: optional(matching(/^[\w.-]+$/, "a zone's id, as the provider shows it"), undefined),
  },
  dmarcPolicy: {
    about: "What receivers do with email that fails DMARC: `none`, `quarantine` or `reject` (`p`).",
    example: "quarantine",
    default: "none",
    parse: optional(oneOf(DMARC_POLICIES), undefined),
  },
  dmarcSubdomainPolicy: {
    about: "The policy for email from its subdomains (`sp`).",
    example: "reject",
    default: "dmarcPolicy",
    parse: optional(oneOf(DMARC_POLICIES), undefined),
  },
  dkimAlignment: {
    about:
      "Whether the domain itself must sign, `strict`, or a domain above or below it may (`adkim`). SES signs as the domain itself.",
    example: "strict",
    default: "relaxed",
    parse: optional(oneOf(ALIGNMENTS), "relaxed"),
  },
  spfAlignment: {
    about:
      "The same for SPF (`aspf`). SPF is about the MAIL FROM subdomain, so with `strict` it never counts, and DMARC passes by DKIM alone.",
    example: "strict",
    default: "relaxed",
    parse: optional(oneOf(ALIGNMENTS), "relaxed"),
  },
  dmarcReportsTo: {
    about:
      "The address that receivers send DMARC's daily reports to (`rua`); another domain must allow that in its own DNS (RFC 7489, 7.1).",
    example: "dmarc@example.com",
    default: "no reports",
    parse: optional(address, undefined),
  },
  apexSpf: {
    about:
      "Adds `include:amazonses.com` to the SPF record of the domain itself. SES does not need it (it passes SPF on the MAIL FROM subdomain); some receivers' checks do.",
    example: "true",
    default: "false",
    parse: optional(flag, false),
  },
  events: {
    about:
      "Where SES's events go: `sqs` (a queue that the worker reads), `https` (web's webhook), `lambda` (a queue that calls a function, docs/lambda.md).",
    example: "https",
    default: "sqs",
    parse: optional(oneOf(EVENTS), "sqs"),
  },
  webhookUrl: {
    about: "With `events: https`: the webhook of web.",
    example: "https://app.example.com/webhooks/ses",
    default: "none",
    parse: optional(httpsUrl, undefined),
  },
  lambdaArn: {
    about: "With `events: lambda`: the function, or a version or an alias of it.",
    example: "arn:aws:lambda:eu-central-1:123456789012:function:ses-events",
    default: "none",
    parse: optional(
      matching(
        /^arn:aws[\w-]*:lambda:[\w-]+:\d{12}:function:[\w-]+(:[\w$-]+)?$/,
        "a Lambda function's ARN",
      ),
      undefined,
    ),
  },
  lambdaRole: {
    about:
      "With `events: lambda`: the name of the function's role, which is given the right to read the queue.",
    example: "ses-events-role",
    default: "none",
    parse: optional(matching(/^[\w+=,.@-]{1,64}$/, "an IAM role's name"), undefined),
  },
  alarmsTo: {
    about:
      "The address that alarms go to, once it has confirmed: bounces at 2.5 and 5 %, complaints at 0.05 and 0.1 %, events waiting or given up.",
    example: "ops@example.com",
    default: "no alarms",
    parse: optional(address, undefined),
  },
  sender: {
    about:
      "Who sends: `user` (an IAM user with an access key and an SMTP password) or `role` (no lasting key and no SMTP; the app runs in AWS, or its platform gives it a token).",
    example: "role",
    default: "user",
    parse: optional(oneOf(PRINCIPALS), "user"),
  },
  roleTrusts: {
    about:
      "With `sender: role`, in AWS: who may assume it, an AWS service's principal or an ARN of an account, user or role.",
    example: "ecs-tasks.amazonaws.com",
    default: "none",
    parse: optional(
      matching(
        /^([a-z0-9.-]+\.amazonaws\.com(\.cn)?|arn:aws[\w-]*:iam::\d{12}:(root|(user|role)\/.+))$/,
        "like ecs-tasks.amazonaws.com or arn:aws:iam::123456789012:role/app",
      ),
      undefined,
    ),
  },
  oidcIssuer: {
    about:
      "With `sender: role`, outside AWS or in EKS: who issues the app's token (Vercel, GitHub, Fly, EKS). The account must have it as an OIDC provider.",
    example: "https://oidc.vercel.com/acme",
    default: "none",
    parse: optional(oidcIssuer, undefined),
  },
  oidcAudience: {
    about: "With `oidcIssuer`: the audience that the token must have (`aud`).",
    example: "https://vercel.com/acme",
    default: "none",
    parse: optional(matching(/^[^\s*?]+$/, "one audience, without *"), undefined),
  },
  oidcSubject: {
    about:
      "With `oidcIssuer`: the app that the token must be of (`sub`). A `*` may stand for its last part, or the end of it.",
    example: "owner:acme:project:app:environment:production",
    default: "none",
    parse: optional(oidcSubject, undefined),
  },
  grants: {
    about:
      "The policies of the user or role: `send`, `quota` (the account's sending rate), `events` (the queue), `erasure` (takes deleted accounts off SES's suppression list), `suppression`, `doctor`. All six are made, so that people can have them too.",
    example: "send,quota",
    default: "send,quota,events,erasure",
    parse: optional(listOf(oneOf(GRANTS)), ["send", "quota", "events", "erasure"]),
  },
  accessKeys: {
    about:
      "Names of the user's access keys; the outputs are the last one's. To rotate: add a second, deploy the app, remove the first.",
    example: "a,b",
    default: "a",
    parse: optional(keyNames, undefined),
  },
  from: {
    about: "The only addresses that may be sent from; `*` stands for anything.",
    example: "hello@example.com,security@example.com",
    default: "*@domain",
    parse: optional(listOf(fromPattern), undefined),
  },
  sandboxRecipients: {
    about:
      "While the account is in SES's sandbox: the verified addresses that it may write to. SES checks the right to each of them.",
    example: "you@example.com",
    default: "none",
    parse: optional(listOf(address), []),
  },
} satisfies Record<string, Key<unknown>>;

/** The value of each key, after its parser. */
export type Values = Parsed<typeof KEYS>;
