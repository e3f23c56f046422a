import { createHash, randomUUID } from "node:crypto";
import express, { type RequestHandler, Router } from "express";
import type { Queue, QueueMessage } from "./queue.ts";

type Input = Record<string, unknown>;

/** An error answer of SQS. The SDK makes its exception from the code. */
class SqsError extends Error {
  readonly code: string;

  constructor(code: string, message: string) {
    super(message);
    this.code = code;
  }
}

/**
 * The operations of SQS that a consumer needs, in the AWS JSON protocol: `POST` to any path, with
 * the operation in `x-amz-target`.
 * https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/
 *
 * @param account the owner of the queues
 */
export function sqsRoutes(queues: Queue[], account: string, region: string): Router {
  const arnOf = ({ name }: Queue) => `arn:aws:sqs:${region}:${account}:${name}`;
  const operations: Record<
    string,
    (queue: Queue, input: Input, signal: AbortSignal, host: string) => unknown
  > = {
    async ReceiveMessage(queue, input, signal) {
      const found = await queue.receive(
        within(input, "MaxNumberOfMessages", 1, 10) ?? 1,
        within(input, "VisibilityTimeout", 0, 43_200) ?? queue.visibilityTimeout,
        within(input, "WaitTimeSeconds", 0, 20) ?? 0,
        signal,
      );
      return { Messages: await Promise.all(found.map(describe)) };
    },
    DeleteMessage(queue, input) {
      queue.delete(String(input["ReceiptHandle"]));
      return {};
    },
    DeleteMessageBatch(queue, input) {
      return batch(input, ({ ReceiptHandle }) => queue.delete(String(ReceiptHandle)));
    },
    ChangeMessageVisibility(queue, input) {
      queue.changeVisibility(
        String(input["ReceiptHandle"]),
        within(input, "VisibilityTimeout", 0, 43_200) ?? 0,
      );
      return {};
    },
    ChangeMessageVisibilityBatch(queue, input) {
      return batch(input, (entry) =>
        queue.changeVisibility(
          String(entry["ReceiptHandle"]),
          within(entry, "VisibilityTimeout", 0, 43_200) ?? 0,
        ),
      );
    },
    GetQueueUrl(queue, _input, _signal, host) {
      return { QueueUrl: `http://${host}/${account}/${queue.name}` };
    },
    GetQueueAttributes(queue) {
      const { visible, inFlight } = queue.counts;
      const { deadLetters, maxReceives, visibilityTimeout } = queue;
      return {
        Attributes: {
          QueueArn: arnOf(queue),
          ApproximateNumberOfMessages: String(visible),
          ApproximateNumberOfMessagesNotVisible: String(inFlight),
          VisibilityTimeout: String(visibilityTimeout),
          ...(deadLetters && {
            RedrivePolicy: JSON.stringify({
              deadLetterTargetArn: arnOf(deadLetters),
              maxReceiveCount: maxReceives,
            }),
          }),
        },
      };
    },
  };

  /** @throws SqsError */
  function queueOf(input: Input): Queue {
    const named = input["QueueName"] ?? String(input["QueueUrl"]).split("/").pop();
    const queue = queues.find(({ name }) => name === named);
    if (queue) return queue;
    throw new SqsError(
      "QueueDoesNotExist",
      `The specified queue does not exist. Here are ${queues.map(({ name }) => name).join(", ")}.`,
    );
  }

  const handle: RequestHandler = async (req, res) => {
    const name = (req.get("x-amz-target") ?? "").replace("AmazonSQS.", "");
    res.set("x-amzn-requestid", randomUUID()).type("application/x-amz-json-1.0");
    const gone = new AbortController();
    res.on("close", () => gone.abort());
    try {
      const operation = Object.hasOwn(operations, name) ? operations[name] : undefined;
      if (!operation) throw new SqsError("UnknownOperationException", `No operation ${name} here.`);
      const input = req.body as Input;
      const { host = "" } = req.headers;
      res.send(JSON.stringify(await operation(queueOf(input), input, gone.signal, host)));
    } catch (error) {
      if (!(error instanceof SqsError)) throw error;
      const { code, message } = error;
      res.status(400).send(JSON.stringify({ __type: `com.amazonaws.sqs#${code}`, message }));
    }
  };
  const router = Router();
  const isSqs: RequestHandler = (req, _res, next) =>
    next(req.get("x-amz-target")?.startsWith("AmazonSQS.") ? undefined : "router");
  return router.use(isSqs, express.json({ type: () => true, limit: "1mb" }), handle);
}

/** A message in the answer of ReceiveMessage. */
async function describe(message: QueueMessage) {
  const body = await message.body();
  return {
    MessageId: message.id,
    ReceiptHandle: message.handle,
    MD5OfBody: createHash("md5").update(body).digest("hex"),
    Body: body,
    Attributes: {
      SentTimestamp: String(message.sentAt),
      ApproximateReceiveCount: String(message.receives),
      ApproximateFirstReceiveTimestamp: String(message.firstReceivedAt),
    },
  };
}

/** Applies a function to each entry. A failed entry does not affect the others. */
function batch(input: Input, apply: (entry: Input) => boolean) {
  const entries = Array.isArray(input["Entries"]) ? (input["Entries"] as Input[]) : [];
  const done = entries.map((entry) => ({ Id: entry["Id"], ok: apply(entry) }));
  return {
    Successful: done.filter(({ ok }) => ok).map(({ Id }) => ({ Id })),
    Failed: done
      .filter(({ ok }) => !ok)
      .map(({ Id }) => ({ Id, SenderFault: true, Code: "ReceiptHandleIsInvalid" })),
  };
}

/**
 * Reads a number. @returns undefined if it is missing
 * @throws SqsError if SQS does not accept it
 */
function within(input: Input, name: string, min: number, max: number): number | undefined {
  const value = input[name];
  if (value == null) return undefined;
  if (typeof value === "number" && value >= min && value <= max) return value;
  throw new SqsError("InvalidParameterValue", `${name} must be from ${min} to ${max}.`);
}
