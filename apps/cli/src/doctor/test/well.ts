// A set-up in which nothing is wrong: what AWS, DNS and the environment say.
import type { Answers } from "./aws.ts";
import type { Zone } from "@repo/testing/dns-server";

export const TOPIC = "arn:aws:sns:eu-west-1:123456789012:events";
export const QUEUE = "https://sqs.eu-west-1.amazonaws.com/123456789012/events";
const DEAD = "arn:aws:sqs:eu-west-1:123456789012:events-dead";

export const env: Record<string, string> = {
  APP_ENV: "production",
  APP_URL: "https://app.example.org",
  AUTH_SECRET: "a secret of the tests with 32 characters",
  EMAIL_KEY: "a key of the tests with 32 characters",
  OPT_OUT_KEY: "a key of opt-outs of the tests of 32 characters",
  UNSUBSCRIBE_KEY: "a key of links of the tests of 32 characters",
  EMAIL_FROM: "Example <hello@example.org>",
  AWS_REGION: "eu-west-1",
  SES_CONFIGURATION_SET: "app",
  SES_SECURITY_CONFIGURATION_SET: "app-security",
  SES_EVENTS_TOPIC_ARN: TOPIC,
  SES_EVENTS_QUEUE_URL: QUEUE,
};

export const brand = {
  website: "https://app.acme.test",
  supportEmail: "help@acme.test",
  postalAddress: "1 Market Street, Springfield",
};

export const identity = {
  IdentityType: "DOMAIN",
  VerifiedForSendingStatus: true,
  VerificationStatus: "SUCCESS",
  DkimAttributes: {
    SigningEnabled: true,
    Status: "SUCCESS",
    Tokens: ["one", "two", "three"],
    SigningHostedZone: "dkim.amazonses.com",
    SigningAttributesOrigin: "AWS_SES",
    CurrentSigningKeyLength: "RSA_2048_BIT",
  },
  MailFromAttributes: {
    MailFromDomain: "bounce.example.org",
    MailFromDomainStatus: "SUCCESS",
    BehaviorOnMxFailure: "USE_DEFAULT_VALUE",
  },
};

export const destination = {
  Name: "events",
  Enabled: true,
  MatchingEventTypes:
    "SEND REJECT BOUNCE COMPLAINT DELIVERY DELIVERY_DELAY RENDERING_FAILURE SUBSCRIPTION".split(
      " ",
    ),
  SnsDestination: { TopicArn: TOPIC },
};

export const account = {
  ProductionAccessEnabled: true,
  SendingEnabled: true,
  EnforcementStatus: "HEALTHY",
  SendQuota: { Max24HourSend: 50_000, MaxSendRate: 14, SentLast24Hours: 100 },
  PricingAttributes: { CurrentPlan: "NONE" },
};

export const topic = {
  TopicArn: TOPIC,
  SignatureVersion: "2",
  Policy: JSON.stringify({
    Statement: [
      {
        Effect: "Allow",
        Principal: { Service: "ses.amazonaws.com" },
        Action: "sns:Publish",
        Resource: TOPIC,
        Condition: { StringEquals: { "AWS:SourceAccount": "123456789012" } },
      },
      {
        Effect: "Deny",
        Principal: "*",
        Action: "sns:Publish",
        Resource: "*",
        Condition: { Bool: { "aws:SecureTransport": "false" } },
      },
    ],
  }),
};

export const queue = {
  ApproximateNumberOfMessages: "3",
  Policy: JSON.stringify({
    Statement: [
      {
        Effect: "Allow",
        Principal: { Service: "sns.amazonaws.com" },
        Action: "sqs:SendMessage",
        Resource: "arn:aws:sqs:eu-west-1:123456789012:events",
        Condition: { ArnEquals: { "aws:SourceArn": TOPIC } },
      },
    ],
  }),
  RedrivePolicy: JSON.stringify({ deadLetterTargetArn: DEAD, maxReceiveCount: 10 }),
};

export const missing = { error: "NotFoundException", message: "It does not exist.", status: 404 };

export const subscription = {
  SubscriptionArn: `${TOPIC}:1`,
  Protocol: "sqs",
  Endpoint: "arn:aws:sqs:eu-west-1:123456789012:events",
};

export const subscribed = {
  RawMessageDelivery: "false",
  RedrivePolicy: JSON.stringify({ deadLetterTargetArn: DEAD }),
};

export const aws: Answers = {
  "sts:GetCallerIdentity": {
    Arn: "arn:aws:sts::123456789012:assumed-role/worker/1",
    UserId: "1",
    Account: "123456789012",
  },
  "ses:GetAccount": account,
  "ses:GetEmailIdentity": (name) => (name === "example.org" ? identity : missing),
  "ses:GetConfigurationSet": (name) => ({ ConfigurationSetName: name }),
  "ses:GetConfigurationSetEventDestinations": { EventDestinations: [destination] },
  "ses:GetSuppressedDestination": missing,
  "ses:DeleteSuppressedDestination": missing,
  "sns:GetTopicAttributes": { Attributes: topic },
  "sns:ListSubscriptionsByTopic": { Subscriptions: [subscription] },
  "sns:GetSubscriptionAttributes": { Attributes: subscribed },
  "sqs:ListQueues": { error: "AccessDenied", message: "not authorized", status: 403 },
  "sqs:GetQueueAttributes": (url) => ({
    Attributes: url.endsWith("-dead") ? { ApproximateNumberOfMessages: "0" } : queue,
  }),
};

const dkim = Object.fromEntries(
  identity.DkimAttributes.Tokens.map((token) => [
    `${token}._domainkey.example.org CNAME`,
    [`${token}.dkim.amazonses.com`],
  ]),
);

export const zone: Zone = {
  "example.org NS": ["ns.example.org"],
  "ns.example.org A": ["127.0.0.1"],
  ...dkim,
  "bounce.example.org MX": ["10 feedback-smtp.eu-west-1.amazonses.com"],
  "bounce.example.org TXT": ["v=spf1 include:amazonses.com ~all"],
  "amazonses.com TXT": ["v=spf1 ip4:192.0.2.0/24 -all"],
  "_dmarc.example.org TXT": ["v=DMARC1; p=quarantine; rua=mailto:dmarc@example.org"],
};
