import { GetQueueAttributesCommand } from "@aws-sdk/client-sqs";
import { count } from "../count.ts";
import type { Clients } from "./clients.ts";
import { checkDeadLetters, deadLettersOf } from "./dead-letters.ts";
import { type Finding, failed, ok, skipped, warning } from "./finding.ts";
import { judgePolicy } from "./policy.ts";
import { queueArn } from "./queue-name.ts";
import { isMissing, refused } from "./refused.ts";
import type { Settings } from "./settings.ts";

// More events than two receivers leave waiting.
const MANY = 1_000;

/** How many events wait in the queue, and in the queue of those that were given up. */
export async function checkQueue(
  clients: Clients,
  { SES_EVENTS_QUEUE_URL: queueUrl, SES_EVENTS_TOPIC_ARN: topic = "" }: Settings,
): Promise<Finding[]> {
  if (!queueUrl) {
    return [skipped("queue", "SES_EVENTS_QUEUE_URL is not set: the worker reads no queue")];
  }
  const { sqs, region } = clients;
  let attributes: Record<string, string>;
  try {
    const command = new GetQueueAttributesCommand({ QueueUrl: queueUrl, AttributeNames: ["All"] });
    attributes = (await sqs.send(command)).Attributes ?? {};
  } catch (error) {
    if (!isMissing(error)) return [refused("queue", "sqs:GetQueueAttributes", error)];
    return [failed("queue", `there is no queue ${queueUrl}`, "pnpm infra:up, then: pnpm aws:env")];
  }
  const waiting = Number(attributes["ApproximateNumberOfMessages"] ?? 0);
  const depth =
    waiting > MANY
      ? warning(
          "queue",
          `${waiting} events wait: the worker does not take them`,
          "Start the worker, and read its log",
        )
      : ok("queue", count(waiting, "event waits", "events wait"));
  const judged = judgePolicy(attributes["Policy"] ?? "", {
    service: "sns.amazonaws.com",
    action: "sqs:SendMessage",
    resource: queueArn(queueUrl, topic),
    sources: [topic],
    account: topic.split(":")[4] ?? "",
  });
  if (judged === "refused") {
    const found = "the queue's policy does not let the topic send to it";
    return [failed("queue", found, "pnpm infra:up")];
  }
  const key = attributes["KmsMasterKeyId"] ?? "";
  // https://docs.aws.amazon.com/sns/latest/dg/sns-enable-encryption-for-topic-sqs-queue-subscriptions.html
  if (key.endsWith("alias/aws/sqs")) {
    const found = `the queue is encrypted with AWS's own key ${key}, which SNS may not use`;
    const next = `pnpm infra:up, or: aws sqs set-queue-attributes --region ${region} --queue-url ${queueUrl} --attributes KmsMasterKeyId=,SqsManagedSseEnabled=true`;
    return [failed("queue", found, next)];
  }
  const findings: Finding[] = [];
  if (judged === "unknown") {
    const found = "the queue's policy has conditions for the topic that cannot be judged here";
    findings.push(warning("queue", found, "Send a test: pnpm email:doctor --to simulator"));
  }
  if (key) {
    const found = `the queue is encrypted with ${key}: whether SNS may use that key cannot be seen`;
    findings.push(warning("queue", found, "Let sns.amazonaws.com use the key in the key's policy"));
  }
  findings.push(depth);
  const target = deadLettersOf(attributes);
  if (!target) {
    const found = "the queue has none: an event that cannot be read comes back for days";
    return [...findings, warning("dead letters", found, "pnpm infra:up")];
  }
  const deadLetters = queueUrl.replace(/[^/]+$/, target.split(":").at(-1) ?? "");
  const next = `Find the cause in the worker's log, then: aws sqs start-message-move-task --region ${region} --source-arn ${target} --destination-arn ${queueArn(queueUrl, topic)}`;
  return [...findings, await checkDeadLetters(clients, deadLetters, next)];
}
