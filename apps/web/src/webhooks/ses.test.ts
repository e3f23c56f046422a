import { once } from "node:events";
import { type ClientRequest, request } from "node:http";
import { type AddressInfo, createServer } from "node:net";
import { type Db, createDb } from "@repo/db";
import { waitForLocks } from "@repo/db/testing";
import { full } from "@repo/testing/full";
import { createTestSns } from "@repo/testing/sns";
import supertest from "supertest";
import { afterEach, beforeEach, expect, it, onTestFinished, vi } from "vitest";
import { createMetrics } from "../http/metrics.ts";
import { type TestApp, startTestApp } from "../test-app.ts";

let app: TestApp;
/** A connection to another database of the same server. */
let admin: Db;
beforeEach(async () => {
  app = await startTestApp({ until: onTestFinished });
  const url = new URL(app.databaseUrl);
  url.pathname = "postgres";
  admin = createDb(url.href);
});
afterEach(() => admin.$disconnect());

let count = 0;
/** A bounce as SES publishes it. */
function bounce(recipient = "name@example.com"): string {
  const timestamp = new Date().toISOString();
  return JSON.stringify({
    eventType: "Bounce",
    mail: { messageId: `0100-${++count}`, timestamp, destination: [recipient], tags: {} },
    bounce: {
      bounceType: "Permanent",
      bounceSubType: "General",
      feedbackId: `feedback-${count}`,
      timestamp,
      bouncedRecipients: [{ emailAddress: recipient }],
    },
  });
}

/** Posts as SNS does: text/plain, no cookie, no origin. */
const post = (body: object | string, type = "text/plain; charset=UTF-8") =>
  supertest(app.app)
    .post("/webhooks/ses")
    .set("Content-Type", type)
    .serialize((text) => String(text))
    .send(typeof body === "string" ? body : JSON.stringify(body));

const rows = () => app.db.event.count();

it.each([
  "text/plain; charset=UTF-8",
  "application/json",
  "application/x-www-form-urlencoded",
  "x",
])("stores an event sent as %s before it answers; a repeat changes nothing", async (type) => {
  const body = app.sns.notify(bounce());
  await post(body, type).expect(200);
  expect(await rows()).toBe(1);
  await post(body, type).expect(200);
  await post({ ...body, ...app.sns.notify(body["Message"]!, {}, "1") }, type).expect(200);
  expect(await rows()).toBe(1);
});

it("counts each event for the metrics, by its type", async () => {
  const metrics = createMetrics();
  const counted = await startTestApp({ metrics, until: onTestFinished });
  const send = (type: string) =>
    supertest(counted.app)
      .post("/webhooks/ses")
      .send(counted.sns.notify(bounce().replace('"Bounce"', `"${type}"`)))
      .expect(200);
  await send("Bounce");
  await send("Rendering Failure");
  await send("Something New");
  const text = await metrics.text();
  for (const type of ["Bounce", "RenderingFailure", "other"])
    expect(text).toContain(`email_events_total{type="${type}"} 1\n`);
});

it("accepts a body without a content type", async () => {
  const server = app.app.listen(0);
  await once(server, "listening");
  const address = server.address();
  const port = typeof address === "object" ? address?.port : 0;
  const response = await fetch(`http://127.0.0.1:${port}/webhooks/ses`, {
    method: "POST",
    body: new Blob([JSON.stringify(app.sns.notify(bounce()))]),
  });
  expect(response.status).toBe(200);
  server.close();
});

it("confirms its own subscription, and nobody else's", async () => {
  await post(app.sns.confirmation("SubscriptionConfirmation")).expect(200);
  const [certificate, confirm] = app.snsRequests;
  expect(certificate).toBe(app.sns.certificateUrl);
  expect(confirm).toMatch(
    /^https:\/\/sns\.us-east-1\.amazonaws\.com\/\?Action=ConfirmSubscription&/,
  );
  expect(new URL(confirm!).searchParams.get("TopicArn")).toBe(app.sns.topicArn);

  const stranger = createTestSns("arn:aws:sns:us-east-1:999999999999:ses-events");
  await post(stranger.confirmation("SubscriptionConfirmation")).expect(403);
  // It does not subscribe again, because somebody has unsubscribed on purpose.
  await post(app.sns.confirmation("UnsubscribeConfirmation")).expect(200);
  expect(app.snsRequests).toHaveLength(2);
});

it("refuses forged messages: 4xx, no row, and no request except to the topic's own SNS", async () => {
  // The forged addresses lead to this server.
  let connections = 0;
  const trap = createServer((socket) => {
    connections++;
    socket.destroy();
  }).listen(0, "127.0.0.1");
  await once(trap, "listening");
  const address = trap.address();
  const port = typeof address === "object" ? address?.port : 0;

  const genuine = app.sns.notify(bounce());
  const stranger = createTestSns("arn:aws:sns:us-east-1:999999999999:ses-events");
  const forged: (object | string)[] = [
    stranger.notify(bounce()),
    stranger.confirmation("SubscriptionConfirmation"),
    "{}",
    "",
    "[".repeat(100_000),
    ...[
      `http://127.0.0.1:${port}`,
      `https://127.0.0.1:${port}`,
      `https://localhost:${port}`,
      `https://sns.us-east-1.amazonaws.com@127.0.0.1:${port}`,
      `https://[::ffff:127.0.0.1]:${port}`,
      "http://169.254.169.254",
      "https://sns.s3-us-west-2.amazonaws.com",
    ].flatMap((origin) => [
      app.sns.notify(bounce(), {
        SigningCertURL: `${origin}/SimpleNotificationService-${"0".repeat(32)}.pem`,
      }),
      app.sns.confirmation("SubscriptionConfirmation", { SubscribeURL: `${origin}/?Action=x` }),
    ]),
  ];
  for (const body of forged) {
    const { status } = await post(body);
    expect([400, 403]).toContain(status);
  }
  expect(app.snsRequests).toEqual([]);
  for (const body of [
    { ...genuine, Message: bounce("other@example.com") },
    { ...genuine, SignatureVersion: "1" },
    { ...genuine, Signature: stranger.notify(bounce())["Signature"] },
  ]) {
    await post(body).expect(403);
  }
  expect(app.snsRequests).toEqual([app.sns.certificateUrl]);
  expect(connections).toBe(0);
  expect(await rows()).toBe(0);
  trap.close();
});

it("refuses messages older than 24 hours", async () => {
  const hours = (age: number) => new Date(Date.now() - age * 3_600_000).toISOString();
  const stale = await post(app.sns.notify(bounce(), { Timestamp: hours(24.1) })).expect(403);
  expect(stale.body.error.code).toBe("STALE_SNS_MESSAGE");
  await post(app.sns.confirmation("SubscriptionConfirmation", { Timestamp: hours(24.1) })).expect(
    403,
  );
  // The certificate of the tests is a day old.
  await post(app.sns.notify(bounce(), { Timestamp: hours(23.9) })).expect(200);
  expect(await rows()).toBe(1);
  expect(app.snsRequests).toEqual([app.sns.certificateUrl]);
});

it("answers 4xx when no retry can help", async () => {
  await post(app.sns.notify("no JSON")).expect(400);
  await post(JSON.stringify(app.sns.notify("x".repeat(1_100_000)))).expect(413);
  await post(Buffer.from([0xff, 0xfe]).toString("latin1"), "text/plain; charset=latin1").expect(
    400,
  );
  await supertest(app.app).get("/webhooks/ses").expect(405);
  const zipped = post("x").set("Content-Encoding", "gzip");
  await zipped.expect(415);
});

it("logs at most ten refused posts a minute, as warnings, and counts the others", async () => {
  vi.useFakeTimers({ toFake: ["performance"] });
  try {
    for (let i = 0; i < 25; i++) await post("no JSON").expect(400);
    const lines = () =>
      app
        .log()
        .split("\n")
        .filter((line) => line.includes("MALFORMED_SNS_MESSAGE"))
        .map((line) => JSON.parse(line) as Record<string, unknown>);
    expect(lines()).toHaveLength(10);
    for (const line of lines()) expect(line).toMatchObject({ level: 40 });
    vi.advanceTimersByTime(60_000);
    await post("no JSON").expect(400);
    expect(lines()).toHaveLength(11);
    expect(lines().at(-1)).toMatchObject({ unlogged: 15 });
  } finally {
    vi.useRealTimers();
  }
});

it("accepts sixteen large posts at once, and still accepts small ones", async () => {
  const server = app.app.listen(0);
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  const open: ClientRequest[] = [];
  const answers: number[] = [];
  // Slow posts of 1 MB each. The second half does not declare its size.
  for (let i = 0; i < 40; i++) {
    const headers = i < 20 ? { "Content-Length": 1_000_000 } : { "Transfer-Encoding": "chunked" };
    const slow = request({ port, method: "POST", path: "/webhooks/ses", headers }, (response) => {
      answers.push(response.statusCode ?? 0);
      response.resume();
    });
    slow.on("error", () => undefined);
    slow.write("{");
    open.push(slow);
  }
  await vi.waitFor(() => expect(answers).toHaveLength(24), { timeout: 60_000 });
  expect(new Set(answers)).toEqual(new Set([503]));
  const large = app.sns.notify(bounce() + " ".repeat(100_000));
  const send = (body: object) =>
    fetch(`http://127.0.0.1:${port}/webhooks/ses`, { method: "POST", body: JSON.stringify(body) });
  expect((await send(app.sns.notify(bounce()))).status).toBe(200);
  expect((await send(large)).status).toBe(503);
  for (const slow of open) slow.destroy();
  await vi.waitFor(async () => expect((await send(large)).status).toBe(200), { timeout: 60_000 });
  expect(await rows()).toBe(2);
  server.close();
});

it("answers 503 while the certificate cannot be fetched, and accepts the next try", async () => {
  const { pem } = app.sns;
  app.sns.pem = "nothing that is a certificate";
  const body = app.sns.notify(bounce());
  const refused = await post(body).expect(503);
  expect(refused.body.error.code).toBe("NOT_STORED");
  expect(await rows()).toBe(0);
  app.sns.pem = pem;
  await post(body).expect(200);
  expect(await rows()).toBe(1);
});

const ended = (name: string) => admin.$executeRaw`
  SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = ${name}`;

it("answers 503 while the database is down, and applies the next try", async () => {
  const name = new URL(app.databaseUrl).pathname.slice(1);
  const bodies = [1, 2, 3].map(() => app.sns.notify(bounce()));
  await admin.$executeRawUnsafe(`ALTER DATABASE "${name}" ALLOW_CONNECTIONS false`);
  await ended(name);
  for (const { status } of await Promise.all(bodies.map((body) => post(body)))) {
    expect(status).toBe(503);
  }
  await admin.$executeRawUnsafe(`ALTER DATABASE "${name}" ALLOW_CONNECTIONS true`);
  for (const body of bodies) await post(body).expect(200);
  expect(await rows()).toBe(3);
});

/** Runs a function while another transaction locks the table of events. */
async function whileLocked(run: (waiting: () => Promise<void>) => Promise<void>): Promise<void> {
  const other = createDb(app.databaseUrl);
  await other.$transaction(
    async (tx) => {
      await tx.$executeRaw`LOCK TABLE events IN ACCESS EXCLUSIVE MODE`;
      await run(() => waitForLocks(other));
    },
    { timeout: 60_000 },
  );
  await other.$disconnect();
}

it("answers 503 when the database is killed in the middle, and applies the next try", async () => {
  const name = new URL(app.databaseUrl).pathname.slice(1);
  const body = app.sns.notify(bounce());
  await whileLocked(async (waiting) => {
    const answered = post(body).then(({ status }) => status);
    await waiting();
    await admin.$executeRaw`
      SELECT pg_terminate_backend(pid) FROM pg_stat_activity
      WHERE datname = ${name} AND wait_event_type = 'Lock'`;
    expect(await answered).toBe(503);
  });
  expect(await rows()).toBe(0);
  await post(body).expect(200);
  expect(await rows()).toBe(1);
});

it.runIf(full)(
  "answers 503 within SNS's 15 s when the database is slow, and the next try finds it applied once",
  async () => {
    const body = app.sns.notify(bounce());
    await whileLocked(async (waiting) => {
      const begun = post(body).then(({ status }) => status);
      await waiting();
      expect(await begun).toBe(503);
    });
    await post(body).expect(200);
    expect(await rows()).toBe(1);
  },
  30_000,
);

it("logs accepted and refused messages, without an address", async () => {
  const body = app.sns.notify(bounce("secret.person@example.com"));
  await post(body).expect(200);
  const Signature = app.sns.notify(bounce())["Signature"];
  await post({ ...body, Signature }).expect(403);
  await post(app.sns.confirmation("SubscriptionConfirmation")).expect(200);
  await app.db.event.deleteMany();
  await app.db.$executeRaw`ALTER TABLE events ADD CONSTRAINT culprit CHECK (recipient = '')`;
  await post(app.sns.notify(bounce("secret.person@example.com"))).expect(503);
  const log = app.log();
  expect(log).toContain(body["MessageId"]);
  expect(log).toContain("FORGED_SNS_MESSAGE");
  expect(log).toContain("culprit");
  expect(log).not.toMatch(/secret\.person|Token=|Signature"/);
});
