// SES's events: which ones, on which way, and what becomes of those that nobody takes.
import { readFileSync } from "node:fs";
import { describe, expect, inject, test } from "vitest";
import { CASES } from "./cases.ts";
import type { Values } from "./engine.ts";
import { inputsOf, ofType } from "./find.ts";

const runs = inject("runs");
const DAY = 86_400;
const MINUTE = 60;
const names = Object.keys(CASES);
// The types that the app knows: "RenderingFailure" is "RENDERING_FAILURE" at SES.
const [, known = ""] =
  /EVENT_TYPES = \[([^\]]*)\]/.exec(
    readFileSync(new URL("../../packages/email/src/events/event.ts", import.meta.url), "utf8"),
  ) ?? [];
const KNOWN = [...known.matchAll(/"(\w+)"/g)].map(([, type = ""]) =>
  type.replaceAll(/(?<=[a-z])(?=[A-Z])/g, "_").toUpperCase(),
);
const TRACKING = ["OPEN", "CLICK"];
const json = (value: unknown) => JSON.parse(typeof value === "string" ? value : "null") as Values;

describe.each(names)("%s", (name) => {
  const { up } = runs[name]!;

  test("publishes every event that packages/email knows, and none that tracks", () => {
    expect(KNOWN).toContain("RENDERING_FAILURE");
    for (const { inputs } of ofType(up, "ConfigurationSetEventDestination")) {
      const { matchingEventTypes } = inputs.eventDestination as Values;
      expect([...(matchingEventTypes as string[])].sort()).toEqual(
        KNOWN.filter((type) => !TRACKING.includes(type)).sort(),
      );
    }
  });

  test("suppresses addresses that bounce or complain, in both sets", () => {
    for (const { inputs } of ofType(up, "ConfigurationSet")) {
      expect(inputs.suppressionOptions).toEqual({ suppressedReasons: ["BOUNCE", "COMPLAINT"] });
      expect(inputs.sendingOptions).toEqual({ sendingEnabled: true });
      expect(inputs.reputationOptions).toEqual({ reputationMetricsEnabled: true });
    }
  });

  test("signs events with SHA256, and keeps the envelope that has the signature", () => {
    for (const { inputs } of ofType(up, "Topic")) expect(inputs.signatureVersion).toBe(2);
    for (const { inputs } of ofType(up, "TopicSubscription")) {
      if (inputs.protocol !== "email") expect(inputs.rawMessageDelivery).toBe(false);
    }
  });

  test("puts what cannot be delivered or processed into the dead-letter queue, for 14 days", () => {
    const letters = ofType(up, "Queue").find((one) => one.name.endsWith("-dead-letters"))!;
    const arn = expect.stringMatching(`:${letters.name}$`);
    expect(letters.inputs.messageRetentionSeconds).toBe(14 * DAY);
    expect(letters.inputs).not.toHaveProperty("redrivePolicy");
    for (const { inputs, name: queue } of ofType(up, "Queue")) {
      expect(inputs.sqsManagedSseEnabled, queue).toBe(true);
      if (queue === letters.name) continue;
      expect(json(inputs.redrivePolicy)).toEqual({ deadLetterTargetArn: arn, maxReceiveCount: 10 });
      // A message keeps its age when it moves to the dead-letter queue. It must not expire there at once.
      expect(inputs.messageRetentionSeconds).toBeLessThan(14 * DAY);
      // Enough for ten events and a busy database. After that, another worker gets them.
      expect(inputs.visibilityTimeoutSeconds).toBe(MINUTE);
      expect(inputs.receiveWaitTimeSeconds).toBe(20);
    }
    for (const { inputs } of ofType(up, "TopicSubscription")) {
      if (inputs.protocol === "email") continue;
      expect(json(inputs.redrivePolicy)).toEqual({ deadLetterTargetArn: arn });
    }
    for (const { inputs } of ofType(up, "RedriveAllowPolicy")) {
      const { redrivePermission, sourceQueueArns } = json(inputs.redriveAllowPolicy);
      expect(redrivePermission).toBe("byQueue");
      expect(sourceQueueArns).toEqual([expect.stringMatching(/-events$/)]);
    }
  });
});

test("a webhook that is down for a deployment loses nothing: SNS retries for most of an hour", () => {
  const { deliveryPolicy, endpointAutoConfirms } = inputsOf(
    runs.https!.up,
    "TopicSubscription",
    "product-dev-events",
  );
  const policy = json(deliveryPolicy).healthyRetryPolicy as Record<string, number>;
  const { minDelayTarget, maxDelayTarget, numRetries, numMinDelayRetries, numMaxDelayRetries } =
    policy;
  // The shortest and the longest time of all retries. SNS accepts no policy of more than an hour.
  const growing = numRetries! - numMinDelayRetries! - numMaxDelayRetries!;
  const fixed = numMinDelayRetries! * minDelayTarget! + numMaxDelayRetries! * maxDelayTarget!;
  expect(fixed + growing * minDelayTarget!).toBeGreaterThan(40 * MINUTE);
  expect(fixed + growing * maxDelayTarget!).toBeLessThanOrEqual(60 * MINUTE);
  // The app confirms the subscription once it runs. Pulumi must not wait for that.
  expect(endpointAutoConfirms).toBe(false);
});

test("a function gets ten events at a time, and only the one that failed again", () => {
  expect(inputsOf(runs.lambda!.up, "EventSourceMapping", "product-dev-events")).toMatchObject({
    batchSize: 10,
    functionResponseTypes: ["ReportBatchItemFailures"],
  });
});

test("the worker is told of a queue only if no function reads it", () => {
  const told = (name: string) => runs[name]!.up.outputs.SES_EVENTS_QUEUE_URL;
  expect(told("manual-sqs-user")).toContain("product-dev-events");
  expect(told("lambda")).toBeUndefined();
  expect(told("https")).toBeUndefined();
});

describe("alarms", () => {
  const alarm = (name: string, run = runs.alarms!.up) =>
    inputsOf(run, "MetricAlarm", `product-dev-alarms-${name}`);

  // Names of metrics: AWS, SES Developer Guide, "Monitoring your sender reputation".
  test.each([
    ["bounce-2.5", "Reputation.BounceRate", 0.025],
    ["bounce-5", "Reputation.BounceRate", 0.05],
    ["complaint-0.05", "Reputation.ComplaintRate", 0.0005],
    ["complaint-0.1", "Reputation.ComplaintRate", 0.001],
  ])("%s goes off at the account's rate, and a quiet hour changes nothing", (name, metric, at) => {
    expect(alarm(name)).toMatchObject({
      namespace: "AWS/SES",
      metricName: metric,
      threshold: at,
      comparisonOperator: "GreaterThanOrEqualToThreshold",
      period: 60 * MINUTE,
      treatMissingData: "ignore",
    });
    expect(alarm(name)).not.toHaveProperty("dimensions");
  });

  // Names of metrics: AWS, SQS Developer Guide, "Available CloudWatch metrics for Amazon SQS".
  test("one event in the dead-letter queue is enough", () => {
    expect(alarm("dead-letters")).toMatchObject({
      namespace: "AWS/SQS",
      metricName: "ApproximateNumberOfMessagesVisible",
      dimensions: { QueueName: "product-dev-events-dead-letters" },
      threshold: 0,
      comparisonOperator: "GreaterThanThreshold",
      treatMissingData: "notBreaching",
    });
  });

  test("an event that nobody takes for a quarter of an hour", () => {
    expect(alarm("age")).toMatchObject({
      namespace: "AWS/SQS",
      metricName: "ApproximateAgeOfOldestMessage",
      dimensions: { QueueName: "product-dev-events" },
      threshold: 15 * MINUTE,
      comparisonOperator: "GreaterThanThreshold",
      treatMissingData: "notBreaching",
    });
    expect(ofType(runs["alarms-https"]!.up, "MetricAlarm")).toHaveLength(5);
  });

  test("tell the address when they go off, and when it is over", () => {
    const topic = expect.stringMatching(/:product-dev-alarms$/);
    for (const { inputs } of ofType(runs.alarms!.up, "MetricAlarm")) {
      expect(inputs).toMatchObject({ alarmActions: [topic], okActions: [topic] });
      expect(inputs).toMatchObject({ statistic: "Maximum", evaluationPeriods: 1 });
    }
    expect(inputsOf(runs.alarms!.up, "TopicSubscription", "product-dev-alarms")).toEqual({
      topic,
      protocol: "email",
      endpoint: "ops@example.com",
    });
  });
});
