import * as cloudwatch from "@pulumi/aws/cloudwatch/index.js";
import * as sns from "@pulumi/aws/sns/index.js";
import * as pulumi from "@pulumi/pulumi";
import type { Account } from "../account.ts";
import { alarmsPolicy } from "../policies.ts";
import type { Tags } from "../tags.ts";
import type { EventQueue } from "./queue.ts";

const MINUTE = 60;
const HOUR = 60 * MINUTE;

interface AlarmsArgs {
  account: Account;
  /**
   * The address that gets the alarms by email, after it has confirmed. Example:
   * `"ops@example.com"`.
   */
  to: string;
  /** Watched for events that nobody takes. `undefined` with a webhook, which has no queue. */
  queue: EventQueue | undefined;
  /** Watched for events that were given up. */
  deadLetters: EventQueue;
  tags: Tags;
}

// AWS reviews an account at a bounce rate of 5 % or a complaint rate of 0.1 %. The lower of each
// pair leaves time to act. The rates are those of the whole account, as SES judges it.
const RATES = [
  { metric: "Bounce", at: 0.025 },
  { metric: "Bounce", at: 0.05 },
  { metric: "Complaint", at: 0.0005 },
  { metric: "Complaint", at: 0.001 },
];

/** Emails a person before SES reviews the account, and when events are stuck. */
export class Alarms extends pulumi.ComponentResource {
  constructor(name: string, args: AlarmsArgs, opts?: pulumi.ComponentResourceOptions) {
    super("email:events:Alarms", name, {}, opts);

    const inside = { parent: this };
    const topic = new sns.Topic(name, { signatureVersion: 2, tags: args.tags }, inside);
    new sns.TopicPolicy(
      name,
      {
        arn: topic.arn,
        policy: pulumi
          .all([topic.arn, args.account.id])
          .apply(([arn, id]) => JSON.stringify(alarmsPolicy(arn, id))),
      },
      inside,
    );
    new sns.TopicSubscription(
      name,
      { topic: topic.arn, protocol: "email", endpoint: args.to },
      inside,
    );

    const alarm = (
      suffix: string,
      alarmDescription: string,
      what: Pick<cloudwatch.MetricAlarmArgs, "namespace" | "metricName" | "dimensions"> & {
        at: number;
        period: number;
        comparisonOperator: string;
        treatMissingData: string;
      },
    ) => {
      const { at, ...rest } = what;
      new cloudwatch.MetricAlarm(
        `${name}-${suffix}`,
        {
          alarmDescription,
          ...rest,
          threshold: at,
          statistic: "Maximum",
          evaluationPeriods: 1,
          alarmActions: [topic.arn],
          okActions: [topic.arn],
          tags: args.tags,
        },
        inside,
      );
    };

    for (const { metric, at } of RATES) {
      const percent = Number((at * 100).toPrecision(2));
      alarm(`${metric.toLowerCase()}-${percent}`, `${metric} rate of the account: ${percent} %`, {
        namespace: "AWS/SES",
        metricName: `Reputation.${metric}Rate`,
        period: HOUR,
        comparisonOperator: "GreaterThanOrEqualToThreshold",
        at,
        // SES reports the rate only while email goes out; an hour without email changes nothing.
        treatMissingData: "ignore",
      });
    }
    const waiting = { namespace: "AWS/SQS", comparisonOperator: "GreaterThanThreshold" };
    alarm("dead-letters", "SES events were given up and wait in the dead-letter queue.", {
      ...waiting,
      metricName: "ApproximateNumberOfMessagesVisible",
      dimensions: { QueueName: args.deadLetters.queueName },
      period: 5 * MINUTE,
      at: 0,
      treatMissingData: "notBreaching",
    });
    if (args.queue) {
      alarm("age", "Nobody has taken SES's events for a quarter of an hour.", {
        ...waiting,
        metricName: "ApproximateAgeOfOldestMessage",
        dimensions: { QueueName: args.queue.queueName },
        period: 5 * MINUTE,
        at: 15 * MINUTE,
        treatMissingData: "notBreaching",
      });
    }
    this.registerOutputs();
  }
}
