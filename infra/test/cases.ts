import { type World } from "./engine.ts";
import { aws } from "./aws.ts";

export interface Case {
  /** Keys without the project's namespace; the region is eu-central-1 by default. */
  config: Record<string, string>;
  region?: string;
  /** Default: `dev`. */
  stack?: string;
  world?: World;
  /** TXT values that DNS has, by name. */
  dns?: Record<string, string[]>;
}

const GOOGLE = "google-site-verification=rXOxyZounnZasA8Z7oaD3c14JdjS9aKSWvsR1EbUSIQ";
const LONG = `"${"k=rsa; p=".padEnd(255, "A")}" "${"B".repeat(80)}"`;

/** The configurations that the program is run with, preview and up. */
export const CASES: Record<string, Case> = {
  "manual-sqs-user": { config: {} },
  "manual-apex-spf": {
    config: { apexSpf: "true" },
    dns: {
      "example.com": [GOOGLE, "v=spf1 include:_spf.google.com -all"],
      "_spf.google.com": ["v=spf1 include:_netblocks.google.com ~all"],
    },
  },
  route53: { config: { dns: "route53", zoneId: "Z1" } },
  "route53-apex-spf": {
    config: { dns: "route53", zoneId: "Z1", apexSpf: "true" },
    world: aws({
      route53: [`"${GOOGLE}"`, String.raw`"a \"quoted\" word"`, LONG, '"v=spf1 mx -all"'],
    }),
  },
  "route53-apex-spf-first": { config: { dns: "route53", zoneId: "Z1", apexSpf: "true" } },
  cloudflare: { config: { dns: "cloudflare", zoneId: "c1" } },
  "cloudflare-apex-spf": {
    config: { dns: "cloudflare", zoneId: "c1", apexSpf: "true" },
    world: aws({
      cloudflare: [
        { name: "example.com", type: "TXT", content: `"${GOOGLE}"` },
        {
          name: "_dmarc.example.com",
          type: "TXT",
          content: '"v=DMARC1; p=none"',
          comment: "Pulumi: product-dev",
        },
      ],
    }),
  },
  digitalocean: { config: { dns: "digitalocean", zoneId: "example.com" } },
  https: { config: { events: "https", webhookUrl: "https://app.example.com/webhooks/ses" } },
  lambda: {
    config: {
      events: "lambda",
      lambdaArn: "arn:aws:lambda:eu-central-1:123456789012:function:ses-events",
      lambdaRole: "ses-events-role",
    },
  },
  role: { config: { sender: "role", roleTrusts: "ecs-tasks.amazonaws.com" } },
  "role-oidc": {
    config: {
      sender: "role",
      oidcIssuer: "https://oidc.vercel.com/acme",
      oidcAudience: "https://vercel.com/acme",
      oidcSubject: "owner:acme:project:app:environment:production",
    },
  },
  sandbox: { config: { sandboxRecipients: "you@example.org,qa@example.org" } },
  "identity-import": { config: { identity: "import", dns: "route53", zoneId: "Z1" } },
  "identity-import-with-records": {
    config: {
      identity: "import",
      existing: "dkim,mailFrom,dmarc",
      dns: "cloudflare",
      zoneId: "c1",
    },
    world: aws({
      cloudflare: [
        {
          name: "bounce.example.com",
          type: "MX",
          content: "feedback-smtp.eu-central-1.amazonses.com",
        },
      ],
    }),
  },
  "identity-existing": { config: { identity: "existing", dns: "route53", zoneId: "Z1" } },
  "dmarc-and-sets-existing": {
    config: {
      existing: '["dmarc","configurationSets"]',
      configurationSet: "mine",
      securityConfigurationSet: "mine-security",
      dns: "route53",
      zoneId: "Z1",
    },
  },
  alarms: { config: { alarmsTo: "ops@example.com" } },
  "alarms-https": {
    config: {
      alarmsTo: "ops@example.com",
      events: "https",
      webhookUrl: "https://app.example.com/webhooks/ses",
    },
  },
  "narrow-grants-rotation": {
    config: {
      grants: "send",
      from: "hello@example.com,security@example.com",
      accessKeys: "a,b",
    },
  },
  "subdomain-without-a-policy": {
    config: { domain: "mail.example.com", dns: "cloudflare", zoneId: "c1" },
    dns: {
      "_dmarc.example.com": ["v=DMARC1; p=none; sp=none"],
      "_dmarc.com": ["v=DMARC1; p=reject"],
    },
  },
  "subdomain-strict": {
    config: {
      domain: "mail.example.com",
      dmarcPolicy: "reject",
      dmarcSubdomainPolicy: "quarantine",
      dkimAlignment: "strict",
      spfAlignment: "strict",
      dmarcReportsTo: "dmarc@example.com",
      mailFrom: "b",
      mailFromFailure: "reject",
      securityDeliverySeconds: "900",
    },
    region: "il-central-1",
  },
  "longest-names": {
    config: {
      domain: `${"a".repeat(63)}.${"b".repeat(63)}.${"c".repeat(63)}.example.com`,
      alarmsTo: "ops@example.com",
      sender: "role",
      roleTrusts: "ecs-tasks.amazonaws.com",
    },
    region: "us-gov-west-1",
    stack: "s".repeat(40),
    world: aws({ partition: "aws-us-gov" }),
    dns: {},
  },
};

/** Configurations that stop the preview, each with the line that it prints. */
export const STOPS: [string, Case, RegExp][] = [
  [
    "two SPF records",
    {
      config: { dns: "route53", zoneId: "Z1", apexSpf: "true" },
      world: aws({ route53: ['"v=spf1 mx -all"', '"v=spf1 a -all"'] }),
    },
    /^error: the SPF record of example\.com cannot be changed: .*pulumi config rm apexSpf$/,
  ],
  [
    "TXT records with a routing policy at Route 53",
    {
      config: { dns: "route53", zoneId: "Z1", apexSpf: "true" },
      world: aws({ route53: ['"v=spf1 mx -all"'], routed: true }),
    },
    /^error: the TXT records of example\.com have a routing policy: add include:amazonses\.com/,
  ],
  [
    "a redirect in DNS",
    { config: { apexSpf: "true" }, dns: { "example.com": ["v=spf1 redirect=_spf.example.org"] } },
    /^error: the SPF record of example\.com cannot be changed: .*redirect=.*pulumi config rm apexSpf$/,
  ],
  [
    "more than ten look-ups, most of them in what the record includes,",
    {
      config: { apexSpf: "true" },
      dns: {
        "example.com": ["v=spf1 include:a.example.net include:b.example.net mx -all"],
        "a.example.net": ["v=spf1 a mx include:b.example.net ~all"],
        "b.example.net": ["token", "v=spf1 exists:%{i}.example.net ptr ~all"],
      },
    },
    /^error: the SPF record of example\.com cannot be changed: receivers stop at 10 look-ups/,
  ],
  [
    "an SPF record at Cloudflare that somebody else made",
    {
      config: { dns: "cloudflare", zoneId: "c1", apexSpf: "true" },
      world: aws({
        cloudflare: [{ name: "example.com", type: "TXT", content: '"v=spf1 mx -all"' }],
      }),
    },
    /^error: example\.com has an SPF record .*change it to "v=spf1 mx include:amazonses\.com -all"/,
  ],
  [
    "a DMARC record at Cloudflare that somebody else made",
    {
      config: { dns: "cloudflare", zoneId: "c1" },
      world: aws({
        cloudflare: [{ name: "_dmarc.example.com", type: "TXT", content: '"v=DMARC1; p=reject"' }],
      }),
    },
    /^error: _dmarc\.example\.com has another TXT record .*pulumi config set existing dmarc/,
  ],
  [
    "a DMARC record at DigitalOcean that is another than the stack's",
    {
      config: { dns: "digitalocean", zoneId: "example.com" },
      world: aws({
        digitalocean: [{ name: "_dmarc", type: "TXT", value: "v=DMARC1; p=reject" }],
      }),
    },
    /^error: _dmarc\.example\.com has another TXT record at DigitalOcean .*pulumi config set existing dmarc/,
  ],
  [
    "a stricter DMARC policy of a domain above",
    {
      config: { domain: "mail.shop.example.com" },
      dns: { "_dmarc.example.com": ["v=DMARC1; p=none; sp=reject"] },
    },
    /^error: _dmarc\.example\.com has the policy reject for mail\.shop\.example\.com, .* none: keep it: pulumi config set existing dmarc; or set one: pulumi config set dmarcPolicy reject$/,
  ],
  [
    "a CNAME at Cloudflare in place of the DMARC record",
    {
      config: { dns: "cloudflare", zoneId: "c1" },
      world: aws({
        cloudflare: [{ name: "_dmarc.example.com", type: "CNAME", content: "dmarc.example.net" }],
      }),
    },
    /^error: _dmarc\.example\.com has a CNAME record at Cloudflare \(dmarc\.example\.net\): keep it with pulumi config set existing dmarc/,
  ],
  [
    "a CNAME at DigitalOcean in place of the MAIL FROM subdomain",
    {
      config: { dns: "digitalocean", zoneId: "example.com" },
      world: aws({ digitalocean: [{ name: "bounce", type: "CNAME", value: "example.net." }] }),
    },
    /^error: bounce\.example\.com has a CNAME record at DigitalOcean \(example\.net\.\): keep it with/,
  ],
  [
    "a domain that is not in DigitalOcean's zone",
    { config: { dns: "digitalocean", zoneId: "example.org" } },
    /^error: example\.com is not in the zone example\.org: pulumi config set zoneId example\.com$/,
  ],
  [
    "a key that is wrong",
    { config: { events: "kinesis" } },
    /^error: product:events must be one of sqs, https, lambda: pulumi config set events https$/,
  ],
];
