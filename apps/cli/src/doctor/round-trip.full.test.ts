import { once } from "node:events";
import { type IncomingMessage, type ServerResponse, createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { text } from "node:stream/consumers";
import { useTestDb } from "@repo/db/testing";
import { createDeliverer, createSesTransport } from "@repo/email/deliver";
import { parseAllowList } from "@repo/email/enqueue";
import { createIngest } from "@repo/email/events";
import { keysOf, type Keys } from "@repo/email/keys";
import { type SesLocal, startSesLocal } from "@repo/ses-local/client";
import { afterAll, beforeAll, beforeEach, expect, it, onTestFinished } from "vitest";
import type { Finding } from "./finding.ts";
import { roundTrip } from "./round-trip.ts";

const KEYS: Keys = keysOf("a key of the tests with 32 characters");
const TOPIC = "arn:aws:sns:us-east-1:000000000000:ses-events";
let ses: SesLocal;
/** Whether web takes the events. */
let isListening = true;

// The webhook, as web has it.
const web = createServer((req, res) => void take(req, res));

async function take(req: IncomingMessage, res: ServerResponse): Promise<void> {
  const { ingest } = createIngest({
    db: test.db,
    topicArn: TOPIC,
    fetch: async ({ pathname, search }) =>
      await (await fetch(`${ses.url}/sns${pathname}${search}`)).text(),
  });
  const body = await text(req);
  if (isListening) await ingest(body);
  res.writeHead(200).end();
}

const test = await useTestDb();
beforeAll(async () => {
  web.listen(0, "127.0.0.1");
  await once(web, "listening");
  const { port } = web.address() as AddressInfo;
  ses = await startSesLocal({ webhook: `http://127.0.0.1:${port}/`, topicArn: TOPIC });
  process.env["AWS_ENDPOINT_URL_SESV2"] = ses.url;
  process.env["AWS_REGION"] = "us-east-1";
  process.env["AWS_ACCESS_KEY_ID"] = "local";
  process.env["AWS_SECRET_ACCESS_KEY"] = "local";
});
afterAll(async () => {
  web.close();
  await ses.stop();
});
beforeEach(() => {
  isListening = true;
});

/** Delivers the outbox until the test ends. */
function startWorker(): void {
  const transport = createSesTransport({
    from: "Example <hello@example.com>",
    configurationSet: "app",
    securityConfigurationSet: "app-security",
    loopbackOnly: true,
  });
  const quiet = () => {};
  const deliverer = createDeliverer({
    db: test.db,
    transport,
    keys: KEYS,
    log: { info: quiet, warn: quiet, error: quiet },
    listenUrl: test.url,
    render: () => ({ subject: "s", html: "<p>h</p>", text: "t" }),
  });
  const stop = new AbortController();
  const ended = deliverer.run(stop.signal);
  onTestFinished(async () => {
    stop.abort();
    await ended;
    transport.close();
  });
}

async function travelled(limit: number, settings: object = {}): Promise<Finding[]> {
  const findings: Finding[] = [];
  const trip = roundTrip(test.db, { EMAIL_KEY: KEYS, ...settings }, () => {}, {
    limit,
    interval: 20,
  });
  for await (const finding of trip) findings.push(finding);
  return findings;
}

it("sees the delivery, the bounce and the complaint, and suppresses only its own addresses", async () => {
  startWorker();
  const findings = await travelled(20_000);
  expect(findings.map(({ status, found }) => `${status} ${found.split(" ")[0]}`)).toEqual([
    "ok Delivery",
    "ok Bounce",
    "ok Complaint",
  ]);
  const suppressed = await test.db.suppression.findMany();
  expect(suppressed.map(({ addressKey }) => addressKey).toSorted()).toEqual([
    expect.stringMatching(/^bounce\+doctor-\w+@simulator\.amazonses\.com$/),
    expect.stringMatching(/^complaint\+doctor-\w+@simulator\.amazonses\.com$/),
  ]);
  // Each run has fresh addresses, so that the first one's suppressions do not stop it.
  expect((await travelled(20_000)).map(({ status }) => status)).toEqual(["ok", "ok", "ok"]);
});

it("says which part of the chain the event did not pass", async () => {
  expect((await travelled(50))[0]).toMatchObject({
    status: "failed",
    found: "no worker has sent the email",
  });
  isListening = false;
  startWorker();
  const findings = await travelled(3_000);
  expect(findings[0]).toMatchObject({
    status: "failed",
    found: "SES has accepted the email, but no event of it came",
  });
});

it("sends nothing where the simulator may not get email", async () => {
  const before = await test.db.message.count();
  const [finding] = await travelled(50, {
    EMAIL_ALLOW_TO: parseAllowList("example.org"),
  });
  expect(finding).toMatchObject({
    status: "failed",
    next: expect.stringContaining("Add simulator"),
  });
  const [redirected] = await travelled(50, { EMAIL_REDIRECT_TO: "me@example.org" });
  expect(redirected?.status).toBe("skipped");
  expect(await test.db.message.count()).toBe(before);
});
