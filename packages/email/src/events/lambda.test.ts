import { randomUUID } from "node:crypto";
import { readFile, rm, writeFile } from "node:fs/promises";
import path from "node:path";
import { createTestDb } from "@repo/db/testing";
import { createTestSns } from "@repo/testing/sns";
import { expect, it, vi } from "vitest";
import { serveSns } from "./sns/test-sns-server.ts";

interface Handler {
  handler: (event: { Records: { messageId: string; body: string }[] }) => Promise<unknown>;
}

const folder = import.meta.dirname;

it("runs the handler of docs/lambda.md: stores genuine messages, and returns the others to the queue", async () => {
  const page = await readFile(path.join(folder, "../../../../docs/lambda.md"), "utf8");
  const code = /```ts\n([\s\S]*?)```/.exec(page)?.[1] ?? "";
  // Where its imports are found.
  const file = path.join(folder, `test-lambda-${randomUUID()}.ts`);
  await writeFile(file, code);

  const test = await createTestDb();
  const sns = createTestSns("arn:aws:sns:eu-west-1:123456789012:ses-events");
  const server = await serveSns({
    host: "sns.eu-west-1.amazonaws.com",
    answer: (_request, response) => response.end(sns.pem),
  });
  vi.stubEnv("DATABASE_URL", test.url);
  vi.stubEnv("SES_EVENTS_TOPIC_ARN", sns.topicArn);
  vi.stubEnv("OPT_OUT_KEY", "a key of opt-outs of the tests of 32 characters");
  try {
    const { handler } = (await import(file)) as Handler;
    const timestamp = new Date().toISOString();
    const destination = ["name@example.com"];
    const bodies = [1, 2, 3].map((i) =>
      sns.notify(
        JSON.stringify({
          eventType: "Send",
          mail: { messageId: `0100-${i}`, timestamp, destination, tags: {} },
          send: {},
        }),
      ),
    );
    const records = bodies.map((body, i) => ({
      messageId: `record-${i}`,
      body: JSON.stringify(i === 1 ? { ...body, Signature: "" } : body),
    }));
    const answer = await handler({ Records: records });
    expect(answer).toEqual({ batchItemFailures: [{ itemIdentifier: "record-1" }] });
    expect(await test.db.event.count()).toBe(2);
    expect(await handler({ Records: records.slice(0, 1) })).toEqual({ batchItemFailures: [] });
    expect(await test.db.event.count()).toBe(2);
  } finally {
    vi.unstubAllEnvs();
    await Promise.all([rm(file), server.close(), test.drop()]);
  }
});
