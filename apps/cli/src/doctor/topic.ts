import {
  GetSubscriptionAttributesCommand,
  GetTopicAttributesCommand,
  ListSubscriptionsByTopicCommand,
  type Subscription,
} from "@aws-sdk/client-sns";
import type { Clients } from "./clients.ts";
import { type Finding, failed, ok, warning } from "./finding.ts";
import { judgePolicy } from "./policy.ts";
import { queueArn } from "./queue-arn.ts";
import { isMissing, refused } from "./refused.ts";
import type { Settings } from "./settings.ts";

/** Whether the topic exists, and hands its events on to the queue or to web. */
export async function checkTopic(clients: Clients, settings: Settings): Promise<Finding[]> {
  const { sns } = clients;
  const { SES_EVENTS_TOPIC_ARN: TopicArn = "" } = settings;
  const findings: Finding[] = [];
  try {
    const { Attributes } = await sns.send(new GetTopicAttributesCommand({ TopicArn }));
    const closed = refusesSes(settings, Attributes);
    if (closed?.status === "failed") return [closed];
    if (closed) findings.push(closed);
    else findings.push(ok("topic", TopicArn));
  } catch (error) {
    if (!isMissing(error)) return [refused("topic", "sns:GetTopicAttributes", error)];
    return [failed("topic", `there is no topic ${TopicArn}`, "pnpm infra:up, then: pnpm aws:env")];
  }
  const subscriptions: Subscription[] = [];
  try {
    let NextToken: string | undefined;
    do {
      const page = await sns.send(new ListSubscriptionsByTopicCommand({ TopicArn, NextToken }));
      subscriptions.push(...(page.Subscriptions ?? []));
      ({ NextToken } = page);
    } while (NextToken);
  } catch (error) {
    return [...findings, refused("subscription", "sns:ListSubscriptionsByTopic", error)];
  }
  return [...findings, await checkSubscription(clients, settings, subscriptions)];
}

/** Whether SES may not publish to the topic, or nobody can see whether it may. */
function refusesSes(
  settings: Settings,
  attributes: Record<string, string> = {},
): Finding | undefined {
  const { SES_EVENTS_TOPIC_ARN: topic = "" } = settings;
  const { Policy: policy = "", KmsMasterKeyId: key = "" } = attributes;
  const set = `aws sns set-topic-attributes --topic-arn ${topic} --attribute-name`;
  // https://docs.aws.amazon.com/sns/latest/dg/sns-key-management.html
  if (key.endsWith("alias/aws/sns")) {
    const found = `the topic is encrypted with AWS's own key ${key}, which SES may not use`;
    const next = `Encrypt it with a key of your own that lets SES use it, or do not encrypt it: ${set} KmsMasterKeyId --attribute-value ''`;
    return failed("topic", found, next);
  }
  const [, partition = "aws", , region = "", account = ""] = topic.split(":");
  const names = [settings.SES_CONFIGURATION_SET, settings.SES_SECURITY_CONFIGURATION_SET];
  const sources = names.flatMap((name) =>
    name ? [`arn:${partition}:ses:${region}:${account}:configuration-set/${name}`] : [],
  );
  const judged = judgePolicy(policy, {
    service: "ses.amazonaws.com",
    action: "sns:Publish",
    resource: topic,
    sources,
    account,
  });
  const next = `pnpm infra:up, or: ${set} Policy --attribute-value …`;
  if (judged === "refused") {
    return failed("topic", "the topic's policy does not let SES publish to it", next);
  }
  if (judged === "unknown") {
    const found = "the topic's policy has conditions for SES that cannot be judged here";
    return warning("topic", found, "Send a test: pnpm email:doctor --to simulator");
  }
  if (key) {
    const found = `the topic is encrypted with ${key}: whether SES may use that key cannot be seen`;
    return warning("topic", found, "Let ses.amazonaws.com use the key in the key's policy");
  }
  return undefined;
}

async function checkSubscription(
  clients: Clients,
  settings: Settings,
  subscriptions: Subscription[],
): Promise<Finding> {
  const check = "subscription";
  const { SES_EVENTS_TOPIC_ARN: topic = "", SES_EVENTS_QUEUE_URL: queueUrl } = settings;
  const wanted = queueUrl
    ? { protocol: "sqs", endpoint: queueArn(queueUrl, topic) }
    : { protocol: "https", endpoint: `${settings.APP_URL}/webhooks/ses` };
  const subscribe = `aws sns subscribe --topic-arn ${topic} --protocol ${wanted.protocol} --notification-endpoint ${wanted.endpoint}`;
  // There may be an unconfirmed one beside it.
  const isConfirmed = ({ SubscriptionArn }: Subscription) => SubscriptionArn?.startsWith("arn:");
  const all = subscriptions.filter(
    ({ Protocol, Endpoint }) => Protocol === wanted.protocol && Endpoint === wanted.endpoint,
  );
  const mine = all.find(isConfirmed) ?? all[0];
  const another = subscriptions.find(
    (each) => isConfirmed(each) && ["sqs", "lambda"].includes(each.Protocol ?? ""),
  );
  if (!mine && !queueUrl && another) {
    const found = `another program takes the events: ${another.Protocol} ${another.Endpoint}`;
    const next = "If it is the worker: pnpm aws:env. If it is your own function, nothing";
    return warning(check, found, next);
  }
  if (!mine) {
    const others = subscriptions.map(({ Protocol, Endpoint }) => `${Protocol} ${Endpoint}`);
    const found =
      others.length === 0
        ? "nobody has subscribed to the topic, so its events get lost"
        : `${wanted.endpoint} has not subscribed to the topic; others have: ${others.join("; ")}`;
    return failed(check, found, `${subscribe}${others.length > 0 ? ", or: pnpm aws:env" : ""}`);
  }
  const SubscriptionArn = mine.SubscriptionArn ?? "";
  // https://docs.aws.amazon.com/sns/latest/api/API_Subscription.html: until then it has no ARN.
  if (!SubscriptionArn.startsWith("arn:")) {
    const found = `${wanted.endpoint} has not confirmed its subscription`;
    const next = queueUrl
      ? subscribe
      : `Start web so that SNS reaches ${wanted.endpoint}, then: ${subscribe}`;
    return failed(check, found, next);
  }
  try {
    const command = new GetSubscriptionAttributesCommand({ SubscriptionArn });
    const { Attributes = {} } = await clients.sns.send(command);
    const set = `aws sns set-subscription-attributes --subscription-arn ${SubscriptionArn} --attribute-name`;
    if (Attributes["RawMessageDelivery"] === "true") {
      const found =
        "raw message delivery is on: it leaves out the signature, so every event is refused";
      return failed(check, found, `${set} RawMessageDelivery --attribute-value false`);
    }
    if (Attributes["FilterPolicy"]) {
      const found = "a filter policy leaves out events";
      return warning(check, found, `${set} FilterPolicy --attribute-value '{}'`);
    }
    if (!Attributes["RedrivePolicy"]) {
      const found = "it has no dead-letter queue: what SNS cannot deliver gets lost";
      return warning(check, found, `pnpm infra:up, or: ${set} RedrivePolicy --attribute-value …`);
    }
    return ok(check, `${wanted.protocol} ${wanted.endpoint}, confirmed`);
  } catch (error) {
    return refused(check, "sns:GetSubscriptionAttributes", error);
  }
}
