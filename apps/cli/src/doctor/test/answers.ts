// Answers of AWS that differ from `well.ts`.
import type { Answers } from "./aws.ts";
import * as well from "./well.ts";

export const failure = (error: string, message = "", status = 400) => ({ error, message, status });
export const denied = failure("AccessDeniedException", "not authorized", 403);
export const identity = (change: object): Answers => ({
  "ses:GetEmailIdentity": (name) =>
    name === "example.org" ? { ...well.identity, ...change } : well.missing,
});
export const dkim = (change: object) =>
  identity({ DkimAttributes: { ...well.identity.DkimAttributes, ...change } });
export const mailFrom = (change: object) =>
  identity({ MailFromAttributes: { ...well.identity.MailFromAttributes, ...change } });
export const account = (change: object): Answers => ({
  "ses:GetAccount": { ...well.account, ...change },
});
export const destinations = (...all: object[]): Answers => ({
  "ses:GetConfigurationSetEventDestinations": { EventDestinations: all },
});
export const topic = (change: object): Answers => ({
  "sns:GetTopicAttributes": { Attributes: { ...well.topic, ...change } },
});
export const subscriptions = (...all: object[]): Answers => ({
  "sns:ListSubscriptionsByTopic": { Subscriptions: all },
});
export const subscribed = (change: object): Answers => ({
  "sns:GetSubscriptionAttributes": { Attributes: { ...well.subscribed, ...change } },
});
export const queue = (change: object): Answers => ({
  "sqs:GetQueueAttributes": (url) => ({
    Attributes: url.endsWith("-dead")
      ? { ApproximateNumberOfMessages: "0" }
      : { ...well.queue, ...change },
  }),
});
