import {
  ChangeMessageVisibilityCommand,
  DeleteMessageBatchCommand,
  GetQueueAttributesCommand,
  GetQueueUrlCommand,
  type Message,
  ReceiveMessageCommand,
  SQSClient,
} from "@aws-sdk/client-sqs";
import { full } from "@repo/testing/full";
import { startOwn } from "../testing/start.ts";
import { afterAll, expect, it } from "vitest";

const ses = await startOwn();
const sqs = new SQSClient({
  endpoint: ses.url,
  region: "us-east-1",
  credentials: { accessKeyId: "test", secretAccessKey: "test" },
  maxAttempts: 1,
});
afterAll(async () => {
  sqs.destroy();
  await ses.stop();
});

async function receive(options: { max?: number; wait?: number; visibility?: number } = {}) {
  const { max = 10, wait = 0, visibility = 30 } = options;
  const { Messages = [] } = await sqs.send(
    new ReceiveMessageCommand({
      QueueUrl: ses.queueUrl,
      MaxNumberOfMessages: max,
      WaitTimeSeconds: wait,
      VisibilityTimeout: visibility,
      MessageSystemAttributeNames: ["ApproximateReceiveCount"],
    }),
  );
  return Messages;
}

const remove = (messages: Message[]) =>
  sqs.send(
    new DeleteMessageBatchCommand({
      QueueUrl: ses.queueUrl,
      Entries: messages.map(({ ReceiptHandle }, i) => ({ Id: String(i), ReceiptHandle })),
    }),
  );

it("should deliver each event in the SDK's form, and hide it during its visibility timeout", async () => {
  await ses.trigger("bounce", "name@example.org");
  const [message] = await receive();
  expect(JSON.parse(message?.Body ?? "")).toMatchObject({ Type: "Notification" });
  expect(message?.Attributes).toMatchObject({ ApproximateReceiveCount: "1" });
  expect(await receive()).toEqual([]);
  expect((await remove(message ? [message] : [])).Failed ?? []).toEqual([]);
});

it("should answer a long poll as soon as there is an event", async () => {
  const waiting = receive({ wait: 20 });
  await ses.trigger("bounce", "name@example.org");
  const found = await waiting;
  expect(found).toHaveLength(1);
  await remove(found);
});

it("should deliver a message again if it was not deleted, and refuse its old handle", async () => {
  await ses.trigger("bounce", "name@example.org");
  const first = await receive();
  await sqs.send(
    new ChangeMessageVisibilityCommand({
      QueueUrl: ses.queueUrl,
      ReceiptHandle: first[0]?.ReceiptHandle,
      VisibilityTimeout: 0,
    }),
  );
  const second = await receive({ wait: 5 });
  expect(second[0]?.Attributes).toMatchObject({ ApproximateReceiveCount: "2" });
  expect((await remove(first)).Failed).toHaveLength(1);
  expect((await remove(second)).Successful).toHaveLength(1);
});

it("should count a receive for each of two callers that get the same message", async () => {
  const waiting = [receive({ wait: 20, visibility: 0 }), receive({ wait: 20, visibility: 0 })];
  await ses.trigger("bounce", "name@example.org");
  const found = (await Promise.all(waiting)).flat();
  const counts = found.map(({ Attributes }) => Attributes?.ApproximateReceiveCount);
  expect(new Set(counts)).toEqual(new Set(["1", "2"]));
  await remove(found);
});

it("should move a message to the dead-letter queue after five receives", async () => {
  await ses.trigger("bounce", "name@example.org");
  for (let time = 0; time < 5; time++) expect(await receive({ visibility: 0 })).toHaveLength(1);
  expect(await receive({ visibility: 0 })).toEqual([]);
  const attributes = async (QueueUrl: string) =>
    (await sqs.send(new GetQueueAttributesCommand({ QueueUrl }))).Attributes;
  expect(await attributes(ses.queueUrl)).toMatchObject({
    ApproximateNumberOfMessages: "0",
    RedrivePolicy: expect.stringContaining('"maxReceiveCount":5'),
  });
  expect(await attributes(`${ses.queueUrl}-dead-letters`)).toMatchObject({
    ApproximateNumberOfMessages: "1",
  });
});

it("should find the queue by its name, and no other queue", async () => {
  const { QueueUrl } = await sqs.send(new GetQueueUrlCommand({ QueueName: "ses-events" }));
  expect(new URL(QueueUrl ?? "").pathname).toBe("/000000000000/ses-events");
  await expect(sqs.send(new GetQueueUrlCommand({ QueueName: "another" }))).rejects.toMatchObject({
    name: "QueueDoesNotExist",
  });
});

it("should keep an event for the next caller if the one that waited has gone", async () => {
  const gone = new AbortController();
  const waiting = sqs.send(
    new ReceiveMessageCommand({
      QueueUrl: ses.queueUrl,
      WaitTimeSeconds: 20,
      // If SQS has not noticed that the caller is gone, the event is visible again after this time.
      VisibilityTimeout: 1,
    }),
    { abortSignal: gone.signal },
  );
  const ended = waiting.catch((error: Error) => error.name);
  // After this answer, the request that waits has arrived too.
  await sqs.send(new GetQueueUrlCommand({ QueueName: "ses-events" }));
  gone.abort();
  expect(await ended).toBe("AbortError");
  await ses.trigger("bounce", "name@example.org");
  const found = await receive({ wait: 20 });
  expect(found).toHaveLength(1);
  await remove(found);
});

const WAITING = full ? 3_000 : 60;

it(`should deliver each of ${WAITING} waiting events exactly once`, async () => {
  await Promise.all(
    Array.from({ length: 30 }, async () => {
      for (let i = 0; i < WAITING / 30; i++) await ses.trigger("delay", "burst@example.org");
    }),
  );
  const ids = new Set<string | undefined>();
  let received = 0;
  for (let found = await receive(); found.length > 0; found = await receive()) {
    received += found.length;
    for (const { MessageId } of found) ids.add(MessageId);
    await remove(found);
  }
  expect([received, ids.size]).toEqual([WAITING, WAITING]);
});
