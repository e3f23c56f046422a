import {
  GetTopicAttributesCommand,
  ListSubscriptionsByTopicCommand,
  type Subscription,
} from "@aws-sdk/client-sns";
import type { Clients } from "./clients.ts";
import { type Finding, failed, ok, warning } from "./finding.ts";
import { judgePolicy } from "./policy.ts";
import { isMissing, refused } from "./refused.ts";
import type { Settings } from "./settings.ts";
import { checkSubscription } from "./subscription.ts";

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
  return [...findings, ...(await checkSubscription(clients, settings, subscriptions))];
}

/** Whether SES may not publish to the topic, or nobody can see whether it may. */
function refusesSes(
  settings: Settings,
  attributes: Record<string, string> = {},
): Finding | undefined {
  const { SES_EVENTS_TOPIC_ARN: topic = "" } = settings;
  const [, partition = "aws", , region = "", account = ""] = topic.split(":");
  const { Policy: policy = "", KmsMasterKeyId: key = "" } = attributes;
  const set = `aws sns set-topic-attributes --region ${region} --topic-arn ${topic} --attribute-name`;
  // https://docs.aws.amazon.com/sns/latest/dg/sns-key-management.html
  if (key.endsWith("alias/aws/sns")) {
    const found = `the topic is encrypted with AWS's own key ${key}, which SES may not use`;
    const next = `Encrypt it with a key of your own that lets SES use it, or do not encrypt it: ${set} KmsMasterKeyId --attribute-value ''`;
    return failed("topic", found, next);
  }
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
