import {
  denied,
  destinations,
  failure,
  queue,
  subscribed,
  subscriptions,
  topic,
} from "../answers.ts";
import type { Broken } from "../state.ts";
import * as well from "../well.ts";

const policy = (...Statement: object[]) => JSON.stringify({ Statement });
const ses = { Effect: "Allow", Principal: { Service: "ses.amazonaws.com" }, Action: "sns:Publish" };
const statement = (more: object) => policy({ ...ses, ...more });
const forQueue = (more: object) =>
  statement({ Principal: { Service: "sns.amazonaws.com" }, Action: "sqs:SendMessage", ...more });
const denial = { Effect: "Deny", Principal: "*", Action: "sns:*" };
const SETS = "arn:aws:ses:eu-west-1:123456789012:configuration-set";
const WEBHOOK = {
  SubscriptionArn: `${well.TOPIC}:2`,
  Protocol: "https",
  Endpoint: "https://app.example.org/webhooks/ses",
};

/** Configuration sets, topic, subscription and queue. */
export const brokenEvents: Broken = {
  "the account's engagement metrics are on": [
    {
      aws: {
        "ses:GetConfigurationSet": (name) => ({
          ...(name === "app" && {
            VdmOptions: { DashboardOptions: { EngagementMetrics: "DISABLED" } },
          }),
        }),
        "ses:GetAccount": {
          ...well.account,
          VdmAttributes: {
            VdmEnabled: "ENABLED",
            DashboardAttributes: { EngagementMetrics: "ENABLED" },
          },
        },
      },
    },
    /^✗ configuration set: .*engagement metrics are on for app-security.* → .*put-configuration-set-vdm-options/,
  ],
  "the app's set has engagement metrics, and nobody hears of its bounces": [
    {
      aws: {
        "ses:GetConfigurationSet": {
          VdmOptions: { DashboardOptions: { EngagementMetrics: "ENABLED" } },
        },
        ...destinations(),
      },
    },
    /^! configuration set: engagement metrics are on for app: .* → .*--region eu-west-1 --configuration-set-name app --vdm-options 'DashboardOptions=\{EngagementMetrics=DISABLED\}'$/,
  ],
  "only CloudWatch may publish to the topic": [
    { aws: topic({ Policy: statement({ Principal: { Service: "cloudwatch.amazonaws.com" } }) }) },
    /^✗ topic: .*does not let SES publish/,
  ],
  "the topic denies SES": [
    { aws: topic({ Policy: statement({ Effect: "Deny" }) }) },
    /^✗ topic: .*does not let SES publish/,
  ],
  "the topic lets SES publish for another set": [
    {
      aws: topic({
        Policy: statement({
          Condition: {
            StringEquals: { "AWS:SourceArn": `${SETS}/app` },
          },
        }),
      }),
    },
    /^✗ topic: .*does not let SES publish/,
  ],
  "the topic has a condition that the doctor does not know": [
    {
      aws: topic({
        Policy: statement({ Condition: { IpAddress: { "aws:SourceIp": "10.0.0.0/8" } } }),
      }),
    },
    /^! topic: .*cannot be judged/,
  ],
  "the topic denies SES under a condition that the doctor does not know": [
    {
      aws: topic({
        Policy: policy(ses, {
          ...denial,
          Condition: { NotIpAddress: { "aws:SourceIp": "10.0.0.0/8" } },
        }),
      }),
    },
    /^! topic: .*cannot be judged/,
  ],
  "the topic denies all but some principals": [
    {
      aws: topic({ Policy: policy(ses, { ...denial, Principal: undefined, NotPrincipal: "x" }) }),
    },
    /^! topic: .*cannot be judged/,
  ],
  "the topic denies every set but one": [
    {
      aws: topic({
        Policy: policy(ses, {
          ...denial,
          Condition: { ArnNotLikeIfExists: { "aws:SourceArn": `${SETS}/app` } },
        }),
      }),
    },
    /^✗ topic: .*does not let SES publish/,
  ],
  "the topic lets SES publish for a set in other capitals": [
    {
      aws: topic({
        Policy: statement({ Condition: { StringLike: { "aws:SourceArn": `${SETS}/App*` } } }),
      }),
    },
    /^✗ topic: .*does not let SES publish/,
  ],
  "the topic's policy takes a wildcard as text": [
    {
      aws: topic({
        Policy: statement({ Condition: { StringEquals: { "aws:SourceArn": `${SETS}/*` } } }),
      }),
    },
    /^✗ topic: .*does not let SES publish/,
  ],
  "the topic's policy is of another topic": [
    { aws: topic({ Policy: statement({ Resource: `${well.TOPIC}-old` }) }) },
    /^✗ topic: .*does not let SES publish/,
  ],
  "the topic has no policy": [
    { aws: topic({ Policy: undefined }) },
    /^✗ topic: .*does not let SES publish/,
  ],
  "the topic is encrypted with a key of one's own": [
    { aws: topic({ KmsMasterKeyId: "arn:aws:kms:eu-west-1:123456789012:key/1" }) },
    /^! topic: .*cannot be seen/,
  ],
  "the queue's policy is of another queue": [
    { aws: queue({ Policy: forQueue({ Resource: `${well.subscription.Endpoint}-old` }) }) },
    /^✗ queue: .*policy does not let the topic send to it/,
  ],
  "the queue denies the topic under a condition that the doctor does not know": [
    {
      aws: queue({
        Policy: policy(
          { Effect: "Allow", Principal: "*", Action: "sqs:*" },
          {
            Effect: "Deny",
            Principal: "*",
            Action: "sqs:*",
            Condition: { StringNotEquals: { "aws:SourceVpce": "vpce-1" } },
          },
        ),
      }),
    },
    /^! queue: .*cannot be judged/,
  ],
  "the queue is encrypted with a key of one's own": [
    { aws: queue({ KmsMasterKeyId: "arn:aws:kms:eu-west-1:123456789012:key/1" }) },
    /^! queue: .*cannot be seen.* → Let sns\.amazonaws\.com use the key/,
  ],
  "the queue is for another topic": [
    {
      aws: queue({
        Policy: forQueue({ Condition: { ArnEquals: { "aws:SourceArn": `${well.TOPIC}-2` } } }),
      }),
    },
    /^✗ queue: .*policy does not let the topic send to it/,
  ],
  "the queue denies the topic": [
    { aws: queue({ Policy: forQueue({ Effect: "Deny" }) }) },
    /^✗ queue: .*policy does not let the topic send to it/,
  ],
  "a function takes the events": [
    { env: { SES_EVENTS_QUEUE_URL: "" } },
    /^! subscription: .*another program takes the events: sqs/,
  ],
  "the worker reads the dead letters of the webhook": [
    { env: { SES_EVENTS_QUEUE_URL: `${well.QUEUE}-dead` }, aws: subscriptions(WEBHOOK) },
    /^! subscription: .*the worker reads the dead letters of https https:\/\/app\.example\.org\/webhooks\/ses → .*set SES_EVENTS_QUEUE_URL to empty/,
  ],
  "dead letters of the webhook": [
    {
      env: { SES_EVENTS_QUEUE_URL: "" },
      aws: {
        ...subscriptions(WEBHOOK),
        "sqs:GetQueueAttributes": { Attributes: { ApproximateNumberOfMessages: "7" } },
      },
    },
    /^! dead letters: 7 events were given up → .*SES_EVENTS_QUEUE_URL=https:\/\/sqs\.eu-west-1\.amazonaws\.com\/123456789012\/events-dead$/,
  ],
  "the webhook's dead letters may not be read": [
    {
      env: { SES_EVENTS_QUEUE_URL: "" },
      aws: { ...subscriptions(WEBHOOK), "sqs:GetQueueAttributes": denied },
    },
    /^! dead letters: .*lack sqs:GetQueueAttributes/,
  ],
  "no such configuration set": [
    { aws: { "ses:GetConfigurationSet": well.missing } },
    /^✗ configuration set: .*no configuration set app in.* → .*create-configuration-set/,
  ],
  "a configuration set is off": [
    { aws: { "ses:GetConfigurationSet": { SendingOptions: { SendingEnabled: false } } } },
    /^✗ configuration set: .*switched off for app.* → .*--sending-enabled/,
  ],
  "no event destination": [
    { aws: destinations() },
    /^✗ event destination: .*publishes no events to.* → .*create-configuration-set-event/,
  ],
  "the events go to another topic": [
    {
      aws: destinations({ ...well.destination, SnsDestination: { TopicArn: `${well.TOPIC}-old` } }),
    },
    /^✗ event destination: .*publishes no events to .*:events → .*infra:up/,
  ],
  "the event destination is disabled": [
    { aws: destinations({ ...well.destination, Enabled: false }) },
    /^✗ event destination: .*disabled.* → .*Enabled=true/,
  ],
  "no bounces": [
    { aws: destinations({ ...well.destination, MatchingEventTypes: ["SEND", "DELIVERY"] }) },
    /^✗ event destination: .*does not publish BOUNCE, COMPLAINT.* → .*MatchingEventTypes/,
  ],
  "no deliveries": [
    {
      aws: destinations({
        ...well.destination,
        MatchingEventTypes: ["SEND", "BOUNCE", "COMPLAINT"],
      }),
    },
    /^! event destination: .*DELIVERY.* → .*MatchingEventTypes/,
  ],
  "the security set tracks clicks": [
    {
      aws: {
        "ses:GetConfigurationSetEventDestinations": (name) => ({
          EventDestinations: [
            name === "app"
              ? well.destination
              : {
                  ...well.destination,
                  MatchingEventTypes: [...well.destination.MatchingEventTypes, "CLICK"],
                },
          ],
        }),
      },
    },
    /^✗ event destination: .*app-security publishes CLICK.* → .*MatchingEventTypes/,
  ],
  "no such topic": [
    { aws: { "sns:GetTopicAttributes": failure("NotFound", "Topic does not exist", 404) } },
    /^✗ topic: .*no topic.* → .*aws:env/,
  ],
  "the topic refuses SES": [
    { aws: topic({ Policy: JSON.stringify({ Statement: [{ Principal: { AWS: "1" } }] }) }) },
    /^✗ topic: .*does not let SES publish.* → .*infra:up/,
  ],
  "the topic is encrypted with AWS's key": [
    { aws: topic({ KmsMasterKeyId: "alias/aws/sns" }) },
    /^✗ topic: .*which SES may not use.* → .*KmsMasterKeyId/,
  ],
  "the topic may not be read": [
    { aws: { "sns:GetTopicAttributes": failure("AuthorizationError", "not authorized", 403) } },
    /^! topic: .*lack sns:GetTopicAttributes.* → .*grants/,
  ],
  "the queue has no policy": [
    { aws: queue({ Policy: undefined }) },
    /^✗ queue: .*policy does not let the topic send to it.* → .*infra:up/,
  ],
  "nobody has subscribed": [
    { aws: subscriptions() },
    /^✗ subscription: .*nobody.* → .*aws sns subscribe .*--protocol sqs/,
  ],
  "another queue has subscribed": [
    { aws: subscriptions({ ...well.subscription, Endpoint: `${well.subscription.Endpoint}-old` }) },
    /^✗ subscription: .*others have: sqs .*events-old.* → .*aws sns subscribe/,
  ],
  "the webhook has not confirmed": [
    {
      env: { SES_EVENTS_QUEUE_URL: "" },
      aws: subscriptions({ ...WEBHOOK, SubscriptionArn: "PendingConfirmation" }),
    },
    /^✗ subscription: .*app\.example\.org\/webhooks\/ses has not confirmed.* → .*Start web/,
  ],
  "raw delivery": [
    { aws: subscribed({ RawMessageDelivery: "true" }) },
    /^✗ subscription: .*leaves out the signature.* → .*RawMessageDelivery --attribute-value false/,
  ],
  "no dead-letter queue of the subscription": [
    { aws: subscribed({ RedrivePolicy: "" }) },
    /^! subscription: .*gets lost.* → .*RedrivePolicy/,
  ],
  "no such queue": [
    { aws: { "sqs:GetQueueAttributes": failure("QueueDoesNotExist", "It does not exist") } },
    /^✗ queue: .*no queue.* → .*aws:env/,
  ],
  "the queue may not be read": [
    { aws: { "sqs:GetQueueAttributes": denied } },
    /^! queue: .*lack sqs:GetQueueAttributes.* → .*grants/,
  ],
  "the queue is encrypted with AWS's key": [
    { aws: queue({ KmsMasterKeyId: "alias/aws/sqs" }) },
    /^✗ queue: .*which SNS may not use.* → .*SqsManagedSseEnabled=true/,
  ],
  "the queue grows": [
    { aws: queue({ ApproximateNumberOfMessages: "5000" }) },
    /^! queue: .*5000 events wait.* → .*Start the worker/,
  ],
  "the queue refuses the topic": [
    { aws: queue({ Policy: "{}" }) },
    /^✗ queue: .*does not let the topic.* → .*infra:up/,
  ],
  "dead letters": [
    {
      aws: {
        "sqs:GetQueueAttributes": (url) => ({
          Attributes: url.endsWith("-dead") ? { ApproximateNumberOfMessages: "7" } : well.queue,
        }),
      },
    },
    /^! dead letters: .*7 events.* → .*start-message-move-task/,
  ],
};
