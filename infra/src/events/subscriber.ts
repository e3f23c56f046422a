import * as iam from "@pulumi/aws/iam/index.js";
import * as lambda from "@pulumi/aws/lambda/index.js";
import * as sns from "@pulumi/aws/sns/index.js";
import * as pulumi from "@pulumi/pulumi";
import { consume } from "../policies.ts";
import type { Tags } from "../tags.ts";
import { EventQueue } from "./queue.ts";

/** The subscriber that gets the topic's events. */
export type Subscriber =
  | { to: "sqs" }
  | { to: "https"; webhookUrl: string }
  | { to: "lambda"; functionArn: string; roleName: string };

interface EventSubscriptionArgs {
  topicArn: pulumi.Output<string>;
  /** Example: `{ to: "https", webhookUrl: "https://app.example.com/webhooks/ses" }`. */
  subscriber: Subscriber;
  tags: Tags;
}

// SNS retries for 40 to 55 minutes, in which a deployment can be repaired; it allows an hour at
// most. By default it gives up after three tries in a minute.
const PERSISTENT = {
  healthyRetryPolicy: {
    minDelayTarget: 5,
    maxDelayTarget: 300,
    numRetries: 14,
    numMinDelayRetries: 3,
    numMaxDelayRetries: 8,
    backoffFunction: "exponential",
  },
};

/**
 * Hands the topic's events to a queue, a webhook or a function. What cannot be delivered or
 * processed waits for 14 days in a dead-letter queue.
 */
export class EventSubscription extends pulumi.ComponentResource {
  /** The queue that the worker or the function reads; `undefined` with a webhook. */
  readonly queue: EventQueue | undefined;
  readonly deadLetters: EventQueue;
  /** Allows taking events from the queue; with a webhook, from the dead-letter queue. */
  readonly consumePolicy: iam.Policy;
  readonly subscription: sns.TopicSubscription;

  constructor(name: string, args: EventSubscriptionArgs, opts?: pulumi.ComponentResourceOptions) {
    super("email:events:EventSubscription", name, {}, opts);

    const { topicArn, subscriber, tags } = args;
    const inside = { parent: this };
    this.deadLetters = new EventQueue(`${name}-dead-letters`, { topicArn, tags }, inside);
    this.queue =
      subscriber.to === "https"
        ? undefined
        : new EventQueue(
            name,
            // Less than in the dead-letter queue, because a message keeps its age when it moves
            // there.
            { topicArn, retentionDays: 4, deadLetters: this.deadLetters, tags },
            inside,
          );
    const source = this.queue ?? this.deadLetters;
    this.consumePolicy = new iam.Policy(
      `${name}-consume`,
      {
        description: "Takes SES's events from their queue.",
        policy: source.arn.apply((arn) => JSON.stringify(consume(arn))),
        tags,
      },
      inside,
    );

    this.subscription = new sns.TopicSubscription(
      name,
      {
        topic: topicArn,
        ...(subscriber.to === "https"
          ? {
              protocol: "https",
              endpoint: subscriber.webhookUrl,
              // The app confirms once it is live. Pulumi must not wait for that: it may come later.
              endpointAutoConfirms: false,
              deliveryPolicy: JSON.stringify(PERSISTENT),
            }
          : { protocol: "sqs", endpoint: source.arn }),
        // Raw delivery would leave out the envelope, and the signature is in it.
        rawMessageDelivery: false,
        redrivePolicy: pulumi.jsonStringify({ deadLetterTargetArn: this.deadLetters.arn }),
      },
      { parent: this, dependsOn: [...source.ready, ...this.deadLetters.ready] },
    );

    if (subscriber.to === "lambda") {
      const mayRead = new iam.RolePolicyAttachment(
        name,
        { role: subscriber.roleName, policyArn: this.consumePolicy.arn },
        inside,
      );
      new lambda.EventSourceMapping(
        name,
        {
          eventSourceArn: source.arn,
          functionName: subscriber.functionArn,
          batchSize: 10,
          // When one event fails, only that one is delivered again, not its batch.
          functionResponseTypes: ["ReportBatchItemFailures"],
          tags,
        },
        { parent: this, dependsOn: [mayRead] },
      );
    }
    this.registerOutputs();
  }
}
