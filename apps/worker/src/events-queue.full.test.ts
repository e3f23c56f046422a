import { once } from "node:events";
import { createServer, request } from "node:http";
import { type AddressInfo, type Socket, connect, createServer as createTcpServer } from "node:net";
import { text } from "node:stream/consumers";
import { GetQueueAttributesCommand, SQSClient } from "@aws-sdk/client-sqs";
import { createTestDb } from "@repo/db/testing";
import { fetchFromSesLocal } from "@repo/email/dev";
import { createEnqueue } from "@repo/email/enqueue";
import { keysOf } from "@repo/email/keys";
import { EmailError, type Ingest, createIngest } from "@repo/email/events";
import { templates } from "@repo/templates/registry";
import { startSesLocal } from "@repo/ses-local/client";
import { pino } from "pino";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { receiveEvents } from "./events-queue.ts";
import { createWorkers, key } from "./test-workers.ts";

const topicArn = "arn:aws:sns:us-east-1:000000000000:ses-events";
const enqueue = createEnqueue({ keys: keysOf(key), templates });
const workers = createWorkers();
let test: Awaited<ReturnType<typeof createTestDb>>;
let ses: Awaited<ReturnType<typeof startSesLocal>>;
let sqs: SQSClient;

beforeEach(async () => {
  [test, ses] = await Promise.all([createTestDb(), startSesLocal()]);
  sqs = new SQSClient({
    endpoint: ses.url,
    region: "us-east-1",
    credentials: { accessKeyId: "local", secretAccessKey: "local" },
  });
});
afterEach(async () => {
  await workers.kill();
  sqs.destroy();
  await Promise.all([ses.stop(), test.drop()]);
});

const start = (env: NodeJS.ProcessEnv = {}, args: string[] = []) => {
  const settings = {
    SES_EVENTS_TOPIC_ARN: topicArn,
    SES_EVENTS_QUEUE_URL: ses.queueUrl,
    AWS_ENDPOINT_URL_SQS: ses.url,
    SES_CONFIGURATION_SET: "app",
    SES_SECURITY_CONFIGURATION_SET: "app-security",
    ...env,
  };
  return workers.start(test.url, ses.url, settings, args);
};

const waitUntil = <T>(check: () => T | Promise<T>) =>
  vi.waitFor(check, { timeout: 60_000, interval: 50 });

/** How many messages of the queue can be received, and how many are received but not deleted. */
async function queued(QueueUrl = ses.queueUrl): Promise<[visible: number, inFlight: number]> {
  const { Attributes } = await sqs.send(
    new GetQueueAttributesCommand({ QueueUrl, AttributeNames: ["All"] }),
  );
  const number = (name: string) => Number((Attributes as Record<string, string>)[name]);
  return [number("ApproximateNumberOfMessages"), number("ApproximateNumberOfMessagesNotVisible")];
}

/** A proxy that can make a database unreachable. */
async function startProxy(target: string) {
  const { hostname, port } = new URL(target);
  const sockets = new Set<Socket>();
  const server = createTcpServer((client) => {
    const onward = connect(Number(port), hostname);
    for (const [one, other] of [
      [client, onward],
      [onward, client],
    ] as const) {
      sockets.add(one);
      one.pipe(other);
      one.on("error", () => other.destroy());
      one.on("close", () => sockets.delete(one));
    }
  });
  const listen = async (on: number) => {
    server.listen(on, "127.0.0.1");
    await once(server, "listening");
    return (server.address() as AddressInfo).port;
  };
  const own = await listen(0);
  const url = new URL(target);
  url.host = `127.0.0.1:${own}`;
  return {
    url: url.href,
    open: () => listen(own),
    async close() {
      const closed = once(server, "close");
      server.close();
      for (const socket of sockets) socket.destroy();
      await closed;
    },
  };
}

/**
 * A proxy between the worker and its queue.
 *
 * @param VisibilityTimeout in seconds, for every receive
 * @param mayDelete called at each delete; false: the queue never gets it
 */
async function startQueueProxy(
  VisibilityTimeout: number,
  mayDelete: () => Promise<boolean> = () => Promise.resolve(true),
) {
  const server = createServer((req, res) => {
    void text(req).then(async (body) => {
      const target = String(req.headers["x-amz-target"]);
      if (target.endsWith("DeleteMessageBatch") && !(await mayDelete())) return res.destroy();
      const sent = target.endsWith("ReceiveMessage")
        ? JSON.stringify({ ...JSON.parse(body), VisibilityTimeout })
        : body;
      const { "content-length": _, ...headers } = req.headers;
      const onward = request(`${ses.url}${req.url}`, { method: "POST", headers }, (answer) => {
        res.writeHead(answer.statusCode ?? 500, answer.headers);
        answer.pipe(res);
      });
      onward.on("error", () => res.destroy());
      onward.end(sent);
    });
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const url = new URL(ses.queueUrl);
  url.port = String((server.address() as AddressInfo).port);
  return {
    env: { AWS_ENDPOINT_URL_SQS: url.origin, SES_EVENTS_QUEUE_URL: url.href },
    close() {
      server.closeAllConnections();
      server.close();
    },
  };
}

const types = async () =>
  (await test.db.event.findMany({ orderBy: { type: "asc" } })).map(({ type }) => type);

it("gets a bounce by the queue, and sends no more to the address", async () => {
  const to = "bounce@simulator.amazonses.com";
  const props = { url: "https://app.example.com/verify-email?token=secret", expiresInMinutes: 60 };
  const { id } = await enqueue(test.db, { template: "verify-email", to, props });
  const { worker, output } = start();
  await waitUntil(async () =>
    expect(await test.db.message.findUnique({ where: { id } })).toMatchObject({
      outcome: "bounced",
    }),
  );
  expect(await test.db.suppression.findMany()).toMatchObject([
    { addressKey: to, reason: "bounce" },
  ]);
  await waitUntil(async () => expect(await queued()).toEqual([0, 0]));

  const second = await enqueue(test.db, { template: "verify-email", to, props });
  await waitUntil(async () =>
    expect(await test.db.message.findUnique({ where: { id: second.id } })).toMatchObject({
      closedReason: "suppressed",
    }),
  );
  expect(await ses.inbox({ to })).toHaveLength(1);

  worker.kill("SIGTERM");
  expect(await once(worker, "exit")).toEqual([0, null]);
  expect(output()).not.toMatch(/secret|simulator/);
});

it("applies an event once when it comes by the webhook and by the queue", async () => {
  const { ingest } = createIngest({ db: test.db, topicArn, fetch: fetchFromSesLocal(ses.url) });
  const bodies: string[] = [];
  const server = createServer((req, res) => {
    void text(req)
      .then((body) => (bodies.push(body), ingest(body)))
      .then(
        () => res.end(),
        () => res.writeHead(503).end(),
      );
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  await ses.stop();
  ses = await startSesLocal({ webhook: `http://127.0.0.1:${port}/`, port: ses.port });
  await ses.subscribed();
  await ses.trigger("bounce", "name@example.com");
  await ses.trigger("complaint", "name@example.com");
  start();
  await waitUntil(async () => expect(await queued()).toEqual([0, 0]));
  await waitUntil(() => expect(bodies).toHaveLength(3));
  expect(await types()).toEqual(["Bounce", "Complaint"]);
  expect(await test.db.suppression.findMany()).toMatchObject([{ reason: "complaint" }]);
  server.closeAllConnections();
  server.close();
});

it("applies an event once when the worker is killed between commit and delete", async () => {
  let deletes = 0;
  const queue = await startQueueProxy(1, async () => {
    if (deletes++ > 0) return true;
    await workers.kill();
    return false;
  });
  await ses.trigger("bounce", "name@example.com");
  start(queue.env);
  await waitUntil(() => expect(deletes).toBe(1));
  expect(await types()).toEqual(["Bounce"]);
  start(queue.env);
  await waitUntil(async () => expect(await queued()).toEqual([0, 0]));
  expect(await types()).toEqual(["Bounce"]);
  expect(await test.db.suppression.count()).toBe(1);
  await workers.kill();
  queue.close();
});

it("stops receiving while events cannot be stored, and loses none", async () => {
  await test.db.$executeRaw`ALTER TABLE events RENAME TO away`;
  for (let i = 0; i < 25; i++) await ses.trigger("bounce", `name${i}@example.com`);
  const { output } = start();
  await waitUntil(() => expect(output()).toContain("cannot store an event"));
  // Two receivers hold ten events each. The other events do not come nearer to the dead-letter
  // queue.
  await waitUntil(async () => expect(await queued()).toEqual([5, 20]));
  await test.db.$executeRaw`ALTER TABLE away RENAME TO events`;
  await waitUntil(async () => expect(await queued()).toEqual([0, 0]));
  expect(await test.db.event.count()).toBe(25);
  expect(await test.db.suppression.count()).toBe(25);
});

it("receives nothing without a database, and stops on SIGTERM", async () => {
  const database = await startProxy(test.url);
  await database.close();
  for (let i = 0; i < 5; i++) await ses.trigger("bounce", `name${i}@example.com`);
  const env = { DATABASE_URL: database.url, DIRECT_DATABASE_URL: test.url };
  const first = start(env);
  await waitUntil(() => expect(first.output().split("events cannot be received")).toHaveLength(5));
  first.worker.kill("SIGTERM");
  expect(await once(first.worker, "exit")).toEqual([0, null]);
  expect(await queued()).toEqual([5, 0]);

  start(env);
  await database.open();
  await waitUntil(async () => expect(await queued()).toEqual([0, 0]));
  expect(await test.db.event.count()).toBe(5);
  await workers.kill();
  await database.close();
});

it("loses no event and applies none twice when the database disappears in between", async () => {
  const database = await startProxy(test.url);
  const { output } = start({ DATABASE_URL: database.url, DIRECT_DATABASE_URL: test.url });
  await ses.trigger("bounce", "name@example.com");
  await waitUntil(async () => expect(await queued()).toEqual([0, 0]));
  await database.close();
  for (let i = 0; i < 25; i++) await ses.trigger("bounce", `name${i}@example.com`);
  // Two receives were already waiting, so they have got these events.
  await waitUntil(() => expect(output()).toContain("cannot store an event"));
  const [, held] = await queued();
  expect(held).toBeLessThanOrEqual(20);
  await database.open();
  await waitUntil(async () => expect(await queued()).toEqual([0, 0]));
  expect(await test.db.event.count()).toBe(26);
  await workers.kill();
  await database.close();
});

describe("with --once", () => {
  const triggerMany = async () => {
    for (let i = 0; i < 25; i++) await ses.trigger("bounce", `name${i}@example.com`);
  };

  it("takes every event that waits, and ends", async () => {
    await triggerMany();
    const { worker } = start({}, ["--once"]);
    expect(await once(worker, "exit")).toEqual([0, null]);
    expect(await queued()).toEqual([0, 0]);
    expect(await types()).toEqual(Array(25).fill("Bounce"));
    expect(await test.db.suppression.count()).toBe(25);
  });

  it("ends although the queue does not answer, and the events stay there", async () => {
    await ses.trigger("bounce", "name@example.com");
    const closed = "http://127.0.0.1:1";
    const queue = { SES_EVENTS_QUEUE_URL: ses.queueUrl.replace(ses.url, closed) };
    const { worker, output } = start({ ...queue, AWS_ENDPOINT_URL_SQS: closed }, ["--once"]);
    expect(await once(worker, "exit")).toEqual([0, null]);
    expect(output()).toContain("events cannot be received");
    expect(await queued()).toEqual([1, 0]);
  });

  it("ends although events cannot be stored, and they come again", async () => {
    await triggerMany();
    // Only the new events: the worker's other jobs read the table.
    await test.db.$executeRaw`ALTER TABLE events ADD CONSTRAINT none CHECK (false) NOT VALID`;
    const { worker, output } = start({}, ["--once"]);
    expect(await once(worker, "exit")).toEqual([0, null]);
    expect(output()).toContain("cannot store an event");
    expect((await queued()).reduce((sum, count) => sum + count)).toBe(25);
    expect(await test.db.event.count()).toBe(0);
  });
});

describe("handles the other messages", () => {
  let stop: AbortController;
  beforeEach(() => {
    stop = new AbortController();
    vi.stubEnv("AWS_REGION", "us-east-1");
    vi.stubEnv("AWS_ACCESS_KEY_ID", "local");
    vi.stubEnv("AWS_SECRET_ACCESS_KEY", "local");
    vi.stubEnv("AWS_ENDPOINT_URL_SQS", ses.url);
  });
  afterEach(() => vi.unstubAllEnvs());

  /** Receives until `stop`. @param wrap changes what is done with each message */
  const receive = (wrap: (ingest: Ingest) => Ingest) => {
    const { ingest } = createIngest({ db: test.db, topicArn, fetch: fetchFromSesLocal(ses.url) });
    return receiveEvents({
      db: test.db,
      queueUrl: ses.queueUrl,
      log: pino({ level: "silent" }),
      signal: stop.signal,
      ingest: wrap(ingest),
    });
  };

  it("if the app refuses some events each time", async () => {
    const refused = new Set<string>();
    const receiving = receive((ingest) => async (body) => {
      if (!body.includes("gone")) return ingest(body);
      refused.add(body);
      throw new EmailError("EVENT_REFUSED", "The app's onEvents has failed.", { retryable: true });
    });
    // One for each receiver.
    for (let i = 0; i < 2; i++) {
      await ses.trigger("bounce", `gone${i}@example.com`);
      await waitUntil(() => expect(refused.size).toBe(i + 1));
    }
    await ses.trigger("bounce", "name@example.com");
    await waitUntil(async () =>
      expect(await test.db.suppression.findMany()).toMatchObject([
        { addressKey: "name@example.com" },
      ]),
    );
    stop.abort();
    await receiving;
  });

  it("with a certificate that SNS does not have", async () => {
    const refused = new Set<string>();
    const receiving = receive((ingest) => (body) => {
      if (!body.includes("forged")) return ingest(body);
      refused.add(body);
      return ingest(body.replace(/Service-[0-9a-f]{32}/, `Service-${"0".repeat(32)}`));
    });
    // One for each receiver.
    for (let i = 0; i < 2; i++) {
      await ses.trigger("bounce", `forged${i}@example.com`);
      await waitUntil(() => expect(refused.size).toBe(i + 1));
    }
    await ses.trigger("bounce", "name@example.com");
    await waitUntil(async () => expect(await queued()).toEqual([0, 2]));
    expect(await test.db.suppression.findMany()).toMatchObject([
      { addressKey: "name@example.com" },
    ]);
    stop.abort();
    await receiving;
  });
});

it("leaves messages of another topic to the dead-letter queue, and logs them once", async () => {
  // The queue hands the message out again at once, up to its maximum of receives.
  const queue = await startQueueProxy(0);
  await ses.trigger("bounce", "name@example.com");
  const { output } = start({
    ...queue.env,
    SES_EVENTS_TOPIC_ARN: "arn:aws:sns:us-east-1:000000000000:another",
  });
  await waitUntil(async () => expect(await queued(`${ses.queueUrl}-dead-letters`)).toEqual([1, 0]));
  expect(await queued()).toEqual([0, 0]);
  await waitUntil(() => expect(output()).toContain("FOREIGN_TOPIC"));
  expect(output().match(/FOREIGN_TOPIC/g)).toHaveLength(1);
  expect(await test.db.event.count()).toBe(0);
  await workers.kill();
  queue.close();
});
