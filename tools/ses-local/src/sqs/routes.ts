import { randomUUID } from "node:crypto";
import express, { type RequestHandler, Router } from "express";
import type { Queue } from "./queue.ts";

type Input = Record<string, unknown>;

/**
 * What a consumer asks of SQS, in the AWS JSON protocol: `POST` to any path, the operation in
 * `x-amz-target`. https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/
 *
 * Our own 150 lines rather than fauxqs, which is a server beside this one, with queues and topics
 * of its own whose signatures are placeholders: the queue here is fed by the topic that signs.
 */
export function sqsRoutes(queue: Queue): Router {
  const operations: Record<string, (input: Input, signal: AbortSignal) => unknown> = {
    async ReceiveMessage(input, signal) {
      const found = await queue.receive(
        number(input["MaxNumberOfMessages"], 1),
        number(input["VisibilityTimeout"], queue.visibilityTimeout),
        number(input["WaitTimeSeconds"], 0),
        signal,
      );
      return {
        Messages: found.map(({ id, body, md5, handle, sentAt, receives, firstReceivedAt }) => ({
          MessageId: id,
          ReceiptHandle: handle,
          MD5OfBody: md5,
          Body: body,
          Attributes: {
            SentTimestamp: String(sentAt),
            ApproximateReceiveCount: String(receives),
            ApproximateFirstReceiveTimestamp: String(firstReceivedAt),
          },
        })),
      };
    },
    DeleteMessage(input) {
      queue.delete(String(input["ReceiptHandle"]));
      return {};
    },
    DeleteMessageBatch(input) {
      return batch(input, ({ ReceiptHandle }) => queue.delete(String(ReceiptHandle)));
    },
    ChangeMessageVisibility(input) {
      queue.changeVisibility(String(input["ReceiptHandle"]), number(input["VisibilityTimeout"], 0));
      return {};
    },
    ChangeMessageVisibilityBatch(input) {
      return batch(input, ({ ReceiptHandle, VisibilityTimeout }) =>
        queue.changeVisibility(String(ReceiptHandle), number(VisibilityTimeout, 0)),
      );
    },
    GetQueueAttributes() {
      const { visible, inFlight } = queue.counts;
      return {
        Attributes: {
          ApproximateNumberOfMessages: String(visible),
          ApproximateNumberOfMessagesNotVisible: String(inFlight),
          VisibilityTimeout: String(queue.visibilityTimeout),
        },
      };
    },
  };

  const handle: RequestHandler = async (req, res) => {
    const name = (req.get("x-amz-target") ?? "").replace("AmazonSQS.", "");
    const operation = Object.hasOwn(operations, name) ? operations[name] : undefined;
    res.set("x-amzn-requestid", randomUUID()).type("application/x-amz-json-1.0");
    if (!operation) {
      const error = { __type: "com.amazon.coral.service#UnknownOperationException" };
      res.status(400).send(JSON.stringify({ ...error, message: `No operation ${name} here.` }));
      return;
    }
    const gone = new AbortController();
    res.on("close", () => gone.abort());
    res.send(JSON.stringify(await operation(req.body as Input, gone.signal)));
  };
  const router = Router();
  const isSqs: RequestHandler = (req, _res, next) =>
    next(req.get("x-amz-target")?.startsWith("AmazonSQS.") ? undefined : "router");
  return router.use(isSqs, express.json({ type: () => true, limit: "1mb" }), handle);
}

/** Each entry's own outcome: one that fails leaves the others. */
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

function number(value: unknown, fallback: number): number {
  return typeof value === "number" ? value : fallback;
}
