import { GetSubscriptionAttributesCommand, type Subscription } from "@aws-sdk/client-sns";
import type { Clients } from "./clients.ts";
import { checkDeadLetters, deadLettersOf } from "./dead-letters.ts";
import { type Finding, failed, ok, warning } from "./finding.ts";
import { queueArn, queueUrl } from "./queue-name.ts";
import { refused } from "./refused.ts";
import type { Settings } from "./settings.ts";

const check = "subscription";

/** Whether the queue or web gets the topic's events, and how many of them web did not accept. */
export async function checkSubscription(
  clients: Clients,
  settings: Settings,
  subscriptions: Subscription[],
): Promise<Finding[]> {
  const { SES_EVENTS_TOPIC_ARN: topic = "", SES_EVENTS_QUEUE_URL: queue } = settings;
  const wanted = queue
    ? { protocol: "sqs", endpoint: queueArn(queue, topic) }
    : { protocol: "https", endpoint: `${settings.APP_URL}/webhooks/ses` };
  const subscribe = `aws sns subscribe --region ${clients.region} --topic-arn ${topic} --protocol ${wanted.protocol} --notification-endpoint ${wanted.endpoint}`;
  const all = subscriptions.filter(
    ({ Protocol, Endpoint }) => Protocol === wanted.protocol && Endpoint === wanted.endpoint,
  );
  const confirmed = subscriptions.filter(isConfirmed);
  // There may be an unconfirmed one beside it.
  const mine = all.find(isConfirmed) ?? all[0];
  const another = confirmed.find(({ Protocol }) => ["sqs", "lambda"].includes(Protocol ?? ""));
  if (!mine && !queue && another) {
    const found = `another program takes the events: ${another.Protocol} ${another.Endpoint}`;
    const next = "If it is the worker: pnpm aws:env. If it is your own function, nothing";
    return [warning(check, found, next)];
  }
  try {
    if (!mine) {
      const source = await findSource(clients, confirmed, wanted.endpoint);
      if (source) {
        const found = `the worker reads the dead letters of ${nameOf(source)}`;
        const next =
          "When they are read, set SES_EVENTS_QUEUE_URL to empty, and restart the worker";
        return [warning(check, found, next)];
      }
      const others = subscriptions.map(nameOf);
      const found =
        others.length === 0
          ? "nobody has subscribed to the topic, so its events get lost"
          : `${wanted.endpoint} has not subscribed to the topic; others have: ${others.join("; ")}`;
      return [failed(check, found, `${subscribe}${others.length > 0 ? ", or: pnpm aws:env" : ""}`)];
    }
    if (!isConfirmed(mine)) {
      const found = `${wanted.endpoint} has not confirmed its subscription`;
      const next = queue
        ? subscribe
        : `Start web so that SNS reaches ${wanted.endpoint}, then: ${subscribe}`;
      return [failed(check, found, next)];
    }
    const attributes = await attributesOf(clients, mine);
    const finding = judge(clients, mine, attributes);
    const deadLetters = deadLettersOf(attributes);
    // With a queue, `checkQueue` looks at its dead letters.
    if (queue || !deadLetters) return [finding];
    const url = queueUrl(deadLetters);
    const next = `Find the cause in web's log, then let a worker read them: SES_EVENTS_QUEUE_URL=${url}`;
    return [finding, await checkDeadLetters(clients, url, next)];
  } catch (error) {
    return [refused(check, "sns:GetSubscriptionAttributes", error)];
  }
}

function judge(
  { region }: Clients,
  subscription: Subscription,
  attributes: Record<string, string>,
): Finding {
  const set = `aws sns set-subscription-attributes --region ${region} --subscription-arn ${subscription.SubscriptionArn} --attribute-name`;
  if (attributes["RawMessageDelivery"] === "true") {
    const found =
      "raw message delivery is on: it leaves out the signature, so every event is refused";
    return failed(check, found, `${set} RawMessageDelivery --attribute-value false`);
  }
  if (attributes["FilterPolicy"]) {
    const found = "a filter policy leaves out events";
    return warning(check, found, `${set} FilterPolicy --attribute-value '{}'`);
  }
  if (!attributes["RedrivePolicy"]) {
    const found = "it has no dead-letter queue: what SNS cannot deliver gets lost";
    return warning(check, found, `pnpm infra:up, or: ${set} RedrivePolicy --attribute-value …`);
  }
  return ok(check, `${nameOf(subscription)}, confirmed`);
}

/** The subscription whose dead letters are in a queue. */
async function findSource(
  clients: Clients,
  subscriptions: Subscription[],
  queue: string,
): Promise<Subscription | undefined> {
  for (const subscription of subscriptions) {
    const attributes = await attributesOf(clients, subscription);
    if (deadLettersOf(attributes) === queue) return subscription;
  }
  return undefined;
}

async function attributesOf(
  { sns }: Clients,
  { SubscriptionArn }: Subscription,
): Promise<Record<string, string>> {
  const command = new GetSubscriptionAttributesCommand({ SubscriptionArn });
  return (await sns.send(command)).Attributes ?? {};
}

// https://docs.aws.amazon.com/sns/latest/api/API_Subscription.html: until then it has no ARN.
function isConfirmed({ SubscriptionArn }: Subscription): boolean {
  return SubscriptionArn?.startsWith("arn:") ?? false;
}

function nameOf({ Protocol, Endpoint }: Subscription): string {
  return `${Protocol} ${Endpoint}`;
}
