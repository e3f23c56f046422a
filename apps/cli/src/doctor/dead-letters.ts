import { GetQueueAttributesCommand } from "@aws-sdk/client-sqs";
import { count } from "../count.ts";
import type { Clients } from "./clients.ts";
import { type Finding, ok, warning } from "./finding.ts";
import { refused } from "./refused.ts";

/** The ARN of the queue that a queue or a subscription hands its failures to. */
export function deadLettersOf(attributes: Record<string, string>): string | undefined {
  return /"deadLetterTargetArn"\s*:\s*"([^"]+)"/.exec(attributes["RedrivePolicy"] ?? "")?.[1];
}

/** How many events were given up. `next` is the step if there are some. */
export async function checkDeadLetters(
  { sqs }: Clients,
  QueueUrl: string,
  next: string,
): Promise<Finding> {
  const check = "dead letters";
  try {
    const command = new GetQueueAttributesCommand({ QueueUrl, AttributeNames: ["All"] });
    const { Attributes = {} } = await sqs.send(command);
    const { ApproximateNumberOfMessages: dead = "0" } = Attributes;
    if (Number(dead) === 0) return ok(check, "none");
    return warning(check, count(Number(dead), "event was given up", "events were given up"), next);
  } catch (error) {
    return refused(check, "sqs:GetQueueAttributes", error);
  }
}
