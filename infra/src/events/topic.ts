import * as sesv2 from "@pulumi/aws/sesv2/index.js";
import * as sns from "@pulumi/aws/sns/index.js";
import * as pulumi from "@pulumi/pulumi";
import type { Account } from "../account.ts";
import { topicPolicy } from "../policies.ts";
import type { Tags } from "../tags.ts";

// Never OPEN and CLICK: for them SES rewrites links, and publishes their tokens.
const EVENT_TYPES = [
  "SEND",
  "REJECT",
  "BOUNCE",
  "COMPLAINT",
  "DELIVERY",
  "DELIVERY_DELAY",
  "RENDERING_FAILURE",
  "SUBSCRIPTION",
];

interface EventTopicArgs {
  account: Account;
  /** Names of the configuration sets whose events it gets. */
  configurationSets: Record<"general" | "security", pulumi.Output<string>>;
  tags: Tags;
}

/** The topic that SES publishes the events of both configuration sets to. */
export class EventTopic extends pulumi.ComponentResource {
  readonly arn: pulumi.Output<string>;
  /** What must be there before events flow. */
  readonly destinations: pulumi.Resource[];

  constructor(name: string, args: EventTopicArgs, opts?: pulumi.ComponentResourceOptions) {
    super("email:events:EventTopic", name, {}, opts);

    const { account, configurationSets } = args;
    const topic = new sns.Topic(
      name,
      {
        // SHA256; version 1 signs with SHA1. The topic is not encrypted: that needs a KMS key that
        // lets SES use it, 1 USD a month.
        signatureVersion: 2,
        tags: args.tags,
      },
      { parent: this },
    );
    const setArns = pulumi
      .all(Object.values(configurationSets))
      .apply((names) => pulumi.all(names.map((set) => account.ses("configuration-set", set))));
    const policy = new sns.TopicPolicy(
      name,
      {
        arn: topic.arn,
        policy: pulumi
          .all([topic.arn, account.id, setArns])
          .apply(([arn, id, sets]) => JSON.stringify(topicPolicy(arn, id, sets))),
      },
      { parent: this },
    );
    this.destinations = Object.entries(configurationSets).map(
      ([kind, configurationSetName]) =>
        new sesv2.ConfigurationSetEventDestination(
          `${name}-${kind}`,
          {
            configurationSetName,
            // A new name for each new topic: after a lost state, the old destination may still be
            // there, and SES refuses a second one of its name.
            eventDestinationName: topic.name,
            eventDestination: {
              // The default is false.
              enabled: true,
              matchingEventTypes: EVENT_TYPES,
              snsDestination: { topicArn: topic.arn },
            },
          },
          // SES publishes a test to the topic at once, which needs the policy.
          { parent: this, dependsOn: [policy] },
        ),
    );
    this.arn = topic.arn;
    this.registerOutputs();
  }
}
