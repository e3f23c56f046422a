import { type World } from "./engine.ts";
import { aws } from "./aws.ts";

export interface Case {
  /** Keys without the project's namespace; the region is eu-central-1 unless said. */
  config: Record<string, string>;
  region?: string;
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
          comment: "Pulumi: sendoff-dev",
        },
      ],
    }),
  },
  https: { config: { events: "https", webhookUrl: "https://app.example.com/webhooks/ses" } },
  lambda: {
    config: {
      events: "lambda",
      lambdaArn: "arn:aws:lambda:eu-central-1:123456789012:function:ses-events",
      lambdaRole: "ses-events-role",
    },
  },
  role: { config: { sender: "role", roleTrusts: "ecs-tasks.amazonaws.com" } },
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
  "subdomain-strict": {
    config: {
      domain: "mail.example.com",
      dmarcPolicy: "reject",
      dmarcReportsTo: "dmarc@example.com",
      mailFrom: "b",
      mailFromFailure: "reject",
      securityDeliverySeconds: "900",
    },
    region: "il-central-1",
  },
};
