import type * as pulumi from "@pulumi/pulumi";
import type { Settings } from "./config/settings.ts";
import type { EventSubscription } from "./events/subscriber.ts";
import type { SenderAccess } from "./sender.ts";

/**
 * Outputs in capitals are settings of the app, named as in .env.example. Those in lower case are
 * for people.
 */
export function outputs(
  settings: Settings,
  made: {
    topicArn: pulumi.Output<string>;
    events: EventSubscription;
    sender: SenderAccess;
    dns: { table: pulumi.Output<string>; zone: pulumi.Output<string> };
  },
) {
  const { events, sender } = made;
  const { accessKey, roleArn } = sender;
  return {
    AWS_REGION: settings.region,
    // Empty, so that it replaces the stand-in's address of .env.example.
    AWS_ENDPOINT_URL_SESV2: "",
    SES_CONFIGURATION_SET: settings.configurationSet,
    SES_SECURITY_CONFIGURATION_SET: settings.securityConfigurationSet,
    SES_EVENTS_TOPIC_ARN: made.topicArn,
    // With a function, the worker must not read the queue as well.
    ...(settings.events.to === "sqs" && events.queue && { SES_EVENTS_QUEUE_URL: events.queue.url }),
    ...(accessKey && {
      AWS_ACCESS_KEY_ID: accessKey.id,
      AWS_SECRET_ACCESS_KEY: accessKey.secret,
      SMTP_HOST: `email-smtp.${settings.region}.amazonaws.com`,
      SMTP_PORT: "587",
      SMTP_USERNAME: accessKey.id,
      SMTP_PASSWORD: accessKey.sesSmtpPasswordV4,
    }),
    ...(roleArn && { roleArn }),
    policyArns: sender.policyArns,
    deadLetterQueueUrl: events.deadLetters.url,
    dnsRecords: made.dns.table,
    dnsZone: made.dns.zone,
  };
}
