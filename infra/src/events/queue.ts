import * as sqs from "@pulumi/aws/sqs/index.js";
import * as pulumi from "@pulumi/pulumi";
import { queuePolicy } from "../policies.ts";
import type { Tags } from "../tags.ts";

const DAY = 86_400;

interface EventQueueArgs {
  /** The one topic that may send to it. */
  topicArn: pulumi.Input<string>;
  /** How long a message stays. Default: SQS's longest, 14 days. */
  retentionDays?: number;
  /** Gets what cannot be processed. Left out for a dead-letter queue itself. */
  deadLetters?: EventQueue;
  tags: Tags;
}

// In seconds: long enough for a batch of ten through a busy database.
const VISIBILITY = 60;
// What no retry can help (forged, malformed) goes to the dead-letter queue after ten tries, in ten
// minutes.
const RECEIVES = 10;

/** A queue that one topic may send to, over TLS only. It is encrypted with SQS's own key. */
export class EventQueue extends pulumi.ComponentResource {
  readonly arn: pulumi.Output<string>;
  readonly url: pulumi.Output<string>;
  /** The value of the dimension `QueueName` of its metrics. */
  readonly queueName: pulumi.Output<string>;
  /** What must be there before anything is sent to it. */
  readonly ready: pulumi.Resource[];

  constructor(name: string, args: EventQueueArgs, opts?: pulumi.ComponentResourceOptions) {
    super("email:events:EventQueue", name, {}, opts);

    const { deadLetters } = args;
    const queue = new sqs.Queue(
      name,
      {
        messageRetentionSeconds: (args.retentionDays ?? 14) * DAY,
        // Long polling, also for a caller that does not ask for it.
        receiveWaitTimeSeconds: 20,
        visibilityTimeoutSeconds: VISIBILITY,
        sqsManagedSseEnabled: true,
        ...(deadLetters && {
          redrivePolicy: pulumi.jsonStringify({
            deadLetterTargetArn: deadLetters.arn,
            maxReceiveCount: RECEIVES,
          }),
        }),
        tags: args.tags,
      },
      { parent: this },
    );
    const policy = new sqs.QueuePolicy(
      name,
      {
        queueUrl: queue.url,
        policy: pulumi
          .all([queue.arn, args.topicArn])
          .apply(([queueArn, topicArn]) => JSON.stringify(queuePolicy(queueArn, topicArn))),
      },
      { parent: this },
    );
    if (deadLetters) {
      new sqs.RedriveAllowPolicy(
        name,
        {
          queueUrl: deadLetters.url,
          redriveAllowPolicy: pulumi.jsonStringify({
            redrivePermission: "byQueue",
            sourceQueueArns: [queue.arn],
          }),
        },
        { parent: this },
      );
    }

    this.arn = queue.arn;
    this.url = queue.url;
    this.queueName = queue.name;
    this.ready = [queue, policy];
    this.registerOutputs();
  }
}
