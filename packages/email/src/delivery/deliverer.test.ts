import { setTimeout as sleep } from "node:timers/promises";
import type { Db, Message, Prisma } from "@repo/db";
import { listen } from "@repo/db";
import { createTestDb } from "@repo/db/testing";
import { full } from "@repo/testing/full";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from "vitest";
import { createEnqueue } from "../enqueue.ts";
import { EmailError } from "../error.ts";
import { keysOf } from "../keys.ts";
import { createPreferenceLinks } from "../preferences/links.ts";
import { categories, render, templates } from "../test-templates.ts";
import type { OutgoingMessage, Refusal, SendQuota, SendResult } from "../transports/transport.ts";
import { type DelivererConfig, createDeliverer } from "./deliverer.ts";
import { sweep } from "./sweep.ts";
import { SOURCE, otherCalls } from "./test-evidence.ts";
import {
  claimAs,
  emptyOutbox,
  expireLeases,
  keys,
  queueOptional,
  queueReset,
  queueWelcome,
} from "./test-queue.ts";

// A transport of this file plays SES's answers. The tests in ../transports make the SDK's own calls
// over HTTP.
let test: Awaited<ReturnType<typeof createTestDb>>;
let stop: AbortController;
let running: Promise<unknown>;
let calls: OutgoingMessage[];
let logged: string;

beforeAll(async () => {
  test = await createTestDb();
});
afterAll(() => test.drop());

beforeEach(async () => {
  await emptyOutbox(test.db);
  stop = new AbortController();
  calls = [];
  logged = "";
  running = Promise.resolve();
});
afterEach(async () => {
  stop.abort();
  await running;
});

const unlimited: SendQuota = {
  maxSendRate: 1_000_000,
  max24HourSend: undefined,
  sentLast24Hours: 0,
  sendingEnabled: true,
};

type Send = (message: OutgoingMessage) => SendResult | Promise<SendResult>;

/** A worker, until the test ends. */
function deliver(
  send: Send,
  options: Partial<DelivererConfig> & { quota?: SendQuota; concurrency?: number } = {},
): void {
  const { quota = unlimited, concurrency = 50, ...config } = options;
  const write = (fields: object, message: string) => {
    logged += `${message} ${JSON.stringify(fields)}\n`;
  };
  const worker = createDeliverer({
    db: test.db,
    keys,
    log: { info: write, warn: write, error: write },
    transport: {
      concurrency,
      send: (message) => {
        calls.push(message);
        return Promise.resolve(send(message));
      },
      quota: () => Promise.resolve(quota),
      close: () => undefined,
    },
    render,
    ...config,
  }).run(stop.signal);
  running = Promise.all([running, worker]);
}

const accepted = (): SendResult => ({ result: "accepted", sesMessageId: "ses-1" });
const refused = (result: Refusal) => (): SendResult => ({
  result,
  code: "Code",
  error: "why",
  next: "Nothing.",
});

const find = (id: string) =>
  test.db.message.findUniqueOrThrow({ where: { id }, include: { attempts: true } });
const status = () => test.db.sendingStatus.findUniqueOrThrow({ where: { id: 1 } });
const waitFor = <T>(check: () => T | Promise<T>) =>
  vi.waitFor(check, { timeout: 60_000, interval: 20 });

async function becomes(id: string, expected: Partial<Message>) {
  return waitFor(async () => {
    const message = await find(id);
    expect(message).toMatchObject(expected);
    return message;
  });
}

it("sends once, records the attempt, and erases the payload", async () => {
  const id = await queueReset(test.db);
  deliver(accepted);
  const message = await becomes(id, {
    state: "closed",
    closedReason: "sent",
    outcome: "sent",
    payload: null,
  });
  expect(message.attempts).toMatchObject([
    { number: 1, result: "accepted", sesMessageId: "ses-1" },
  ]);
  expect(calls).toHaveLength(1);
  expect(calls[0]).toMatchObject({ id, to: "name@example.com", category: "security" });
  expect(calls[0]?.html).toContain("token=secret");
});

it("writes neither link nor address to the log", async () => {
  const id = await queueReset(test.db);
  deliver(accepted);
  await becomes(id, { state: "closed" });
  await waitFor(() => expect(logged).toContain(id));
  expect(logged).not.toMatch(/secret|name@example\.com/);
});

it("is woken by an email that is queued while it sleeps", async () => {
  deliver(accepted, { listenUrl: test.url });
  await waitFor(async () => expect((await status()).idleUntil).not.toBeNull());
  let notified = -1; // the first call reports only the connection
  const close = listen(test.url, "email_queued", () => notified++);
  await waitFor(() => expect(notified).toBe(0));
  const id = await queueReset(test.db);
  await becomes(id, { closedReason: "sent" });
  await waitFor(() => expect(notified).toBe(1));
  await close();
});

it("does without the notification while the worker is busy", async () => {
  let notified = -1;
  const close = listen(test.url, "email_queued", () => notified++);
  await waitFor(() => expect(notified).toBe(0));
  await test.db.$executeRaw`UPDATE sending_status SET idle_until = NULL`;
  await queueReset(test.db);
  await test.db.$executeRaw`SELECT pg_notify('email_queued', '')`;
  await waitFor(() => expect(notified).toBe(1));
  await close();
});

it("keeps a message whose payload cannot be opened until the key is right", async () => {
  const id = await queueReset(test.db);
  deliver(accepted, { keys: keysOf("another key of the tests, 32 chars") });
  await becomes(id, {
    state: "queued",
    attemptCount: 1,
    lastError: expect.stringMatching(
      /^UNSEAL_FAILED: .* Add the key [0-9a-f]{8} to the end of EMAIL_KEY/,
    ),
  });
  expect(calls).toHaveLength(0);
});

it("renders an email in the language that it was queued with", async () => {
  const enqueue = createEnqueue({ keys, templates });
  const props = { name: "Sam", url: "https://app.example.com/" };
  for (const locale of ["de", undefined]) {
    await enqueue(test.db, { template: "welcome", to: "sam@example.com", props, locale });
  }
  deliver(accepted, {
    render: (_template, _props, locale) => ({ subject: locale ?? "none", html: "", text: "" }),
  });
  await waitFor(() => expect(calls).toHaveLength(2));
  expect(calls.map(({ subject }) => subject).toSorted()).toEqual(["de", "none"]);
});

it("logs the text of our own errors if an email cannot be rendered, and only the kind of others", async () => {
  const id = await queueReset(test.db);
  const other = await queueWelcome(test.db);
  const reason = "<Tailwind> waits for something.";
  deliver(accepted, {
    render: (template) => {
      if (template === "welcome") throw new RangeError("no price for name@example.com");
      throw new EmailError("NOT_IN_ONE_PASS", reason);
    },
  });
  await becomes(id, { state: "queued", lastError: `NOT_IN_ONE_PASS: ${reason}` });
  await becomes(other, { state: "queued", lastError: "RangeError: cannot be rendered" });
  await waitFor(() => expect(logged.match(/email cannot be rendered; kept/g)).toHaveLength(2));
  expect(logged).toContain(`"reason":"${reason}"`);
  expect(logged).not.toContain("name@example.com");
  expect(calls).toHaveLength(0);
});

it("settles SES's answer after a short outage of the database", async () => {
  const id = await queueReset(test.db);
  deliver(async () => {
    // Undone below: until then no settlement can be written.
    await test.db.$executeRaw`ALTER TABLE attempts RENAME COLUMN result TO away`;
    return accepted();
  });
  await waitFor(() => expect(logged).toContain("cannot be stored"));
  await test.db.$executeRaw`ALTER TABLE attempts RENAME COLUMN away TO result`;
  await becomes(id, { state: "closed", closedReason: "sent" });
  expect(calls).toHaveLength(1);
});

/** A database client that passes the worker's claims to `answer`. */
function withClaims(answer: (claim: () => Promise<unknown[]>) => Promise<unknown[]>): Db {
  const query = (statement: Prisma.Sql) => {
    const run = () => test.db.query(statement);
    return statement.text.includes("ORDER BY priority") ? answer(run) : run();
  };
  const get = (target: Db, name: string | symbol) =>
    name === "query" ? query : (Reflect.get(target, name) as unknown);
  return new Proxy(test.db, { get });
}

it("releases a claim whose answer was lost, without sending", async () => {
  const id = await queueReset(test.db);
  let claims = 0;
  const db = withClaims(async (claim) => {
    const rows = await claim();
    if (++claims === 1) throw new Error("connection lost");
    return rows;
  });
  deliver(accepted, { db });
  const message = await becomes(id, { closedReason: "sent" });
  expect(message.attempts).toMatchObject([{ number: 2, result: "accepted" }]);
  expect(calls).toHaveLength(1);
});

it("releases a claim that commits after its answer was given up", async () => {
  const id = await queueReset(test.db);
  let claims = 0;
  const db = withClaims(async (claim) => {
    if (++claims === 1) {
      // The server runs the claim after the worker has released it for the first time.
      void vi.waitUntil(() => claims > 2, { timeout: 60_000 }).then(claim);
      throw new Error("connection lost");
    }
    return (await find(id)).attemptCount === 0 ? [] : claim();
  });
  deliver(accepted, { db });
  const message = await becomes(id, { closedReason: "sent" });
  expect(message.attempts).toMatchObject([{ number: 2, result: "accepted" }]);
});

it("releases what it claims while it is stopped, without sending", async () => {
  const id = await queueReset(test.db);
  const db = withClaims((claim) => {
    stop.abort();
    return claim();
  });
  deliver(accepted, { db });
  await running;
  expect(await find(id)).toMatchObject({ state: "queued", leaseId: null, attempts: [] });
  expect(calls).toHaveLength(0);
});

it("makes no call once too little of the lease is left for it", async () => {
  // As for a process that was suspended after its claim.
  await test.db.$executeRaw`
    CREATE FUNCTION linger() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN PERFORM pg_sleep(0.5); RETURN NEW; END'`;
  await test.db.$executeRaw`
    CREATE TRIGGER linger BEFORE UPDATE ON messages FOR EACH ROW
    WHEN (NEW.state = 'sending') EXECUTE FUNCTION linger()`;
  const id = await queueReset(test.db);
  deliver(accepted, { lease: 11.3 });
  await waitFor(async () =>
    expect((await find(id)).attempts[0]).toMatchObject({
      result: "skipped",
      errorCode: "LEASE_SHORT",
    }),
  );
  expect(calls).toHaveLength(0);
  await test.db.$executeRaw`DROP FUNCTION linger CASCADE`;
  await becomes(id, { closedReason: "sent" });
  expect(calls).toHaveLength(1);
});

it("begins with a few messages, and never has more in flight than 1.5 times its calls", async () => {
  for (let i = 0; i < 60; i++) await queueWelcome(test.db, `name${i}@example.com`);
  const inFlight: number[] = [];
  const send = async (): Promise<SendResult> => {
    inFlight.push(await test.db.message.count({ where: { state: "sending" } }));
    return accepted();
  };
  deliver(send, { concurrency: 10 });
  await waitFor(async () =>
    expect(await test.db.message.count({ where: { closedReason: "sent" } })).toBe(60),
  );
  expect(inFlight[0]).toBe(6);
  expect(Math.max(...inFlight)).toBeGreaterThan(10);
  expect(Math.max(...inFlight)).toBeLessThanOrEqual(15);
});

it("releases messages without a call when it is stopped", async () => {
  for (let i = 0; i < 20; i++) await queueWelcome(test.db, `name${i}@example.com`);
  const send: Send = async () => {
    if (calls.length === 10) stop.abort();
    await sleep(20);
    return accepted();
  };
  deliver(send, { concurrency: 4 });
  await waitFor(() => expect(stop.signal.aborted).toBe(true));
  await running;
  expect(await test.db.message.count({ where: { state: "sending" } })).toBe(0);
  expect(await test.db.message.count({ where: { closedReason: "sent" } })).toBe(calls.length);
  expect(calls.length).toBeLessThanOrEqual(10);
});

it("finishes its running calls when it is stopped, and claims no more", async () => {
  for (let i = 0; i < 3; i++) await queueWelcome(test.db, `name${i}@example.com`);
  deliver(async () => {
    stop.abort();
    await sleep(50);
    return accepted();
  });
  await running;
  const states = await test.db.message.groupBy({ by: ["state"], _count: true });
  expect(new Map(states.map(({ state, _count }) => [state, _count]))).toEqual(
    new Map([
      ["closed", 1],
      ["queued", 2],
    ]),
  );
});

it.runIf(full)("ends a call in time, whatever it waits for", async () => {
  const id = await queueReset(test.db);
  deliver(() => new Promise<never>(() => {}), { doubtSeconds: { resend: 900, hold: 900 } });
  const message = await becomes(id, { state: "unknown" });
  expect(message.attempts).toMatchObject([{ result: "unknown", errorCode: "TIMEOUT" }]);
});

describe("the staging guard", () => {
  const allowTo = { addresses: [], domains: ["example.org"] };

  it("redirects what is not allowed, and names the recipient that it was for", async () => {
    await queueReset(test.db, "Customer@example.com");
    await queueReset(test.db, "team@example.org");
    deliver(accepted, { allowTo, redirectTo: "inbox@example.org" });
    await waitFor(() => expect(calls).toHaveLength(2));
    expect(calls.find(({ subject }) => subject.startsWith("[to"))).toMatchObject({
      to: "inbox@example.org",
      subject: expect.stringMatching(/^\[to Customer@example\.com\] /),
      headers: { "X-Original-To": "Customer@example.com" },
    });
    expect(calls.find(({ subject }) => !subject.startsWith("[to"))).toMatchObject({
      to: "team@example.org",
    });
  });

  it("redirects everything if nothing is allowed", async () => {
    await queueReset(test.db, "team@example.org");
    deliver(accepted, { redirectTo: "inbox@example.org" });
    await waitFor(() => expect(calls[0]).toMatchObject({ to: "inbox@example.org" }));
  });

  it("logs each email that it closes unsent, and why", async () => {
    const id = await queueReset(test.db, "customer@example.com");
    deliver(accepted, { allowTo });
    await becomes(id, { closedReason: "failed" });
    await waitFor(() => expect(logged).toMatch(new RegExp(`closed unsent.*${id}.*failed`)));
    expect(calls).toHaveLength(0);
  });
});

describe("tells the app about emails that were closed unsent", () => {
  const email = (to: string) => ({ template: "password-reset", to });

  it("by a claim or by SES's refusal, each once, and never about one that may have been sent", async () => {
    const told: object[] = [];
    const ids = [
      await queueReset(test.db, "expired@example.com"),
      await queueReset(test.db, "refused@example.com"),
      await queueReset(test.db, "sent@example.com"),
      await queueReset(test.db, "refused-again@example.com"),
      await queueReset(test.db, "expired-again@example.com"),
    ];
    await test.db.$executeRaw`
      UPDATE messages SET expires_at = now() WHERE to_address LIKE 'expired%'`;
    await test.db.$executeRaw`UPDATE messages SET resent = true WHERE to_address LIKE '%again%'`;
    deliver(({ to }) => (to.startsWith("refused") ? refused("permanent")() : accepted()), {
      onUnsent: (emails) => Promise.resolve(void told.push(...emails)),
    });
    for (const id of ids) await becomes(id, { state: "closed" });
    await waitFor(() => expect(told).toHaveLength(2));
    expect(told).toEqual(
      expect.arrayContaining([email("expired@example.com"), email("refused@example.com")]),
    );
  });

  it("and goes on if the app fails", async () => {
    await queueReset(test.db, "refused@example.com");
    deliver(({ to }) => (to.startsWith("refused") ? refused("permanent")() : accepted()), {
      onUnsent: () => Promise.reject(new Error("the app's fault")),
    });
    await waitFor(() => expect(logged).toMatch(/onUnsent has failed/));
    await becomes(await queueReset(test.db), { closedReason: "sent" });
  });
});

describe("stops the queue, keeps every email, says so once, and goes on by itself", () => {
  // Seconds later.
  const probeNow = () => test.db.$executeRaw`UPDATE sending_status SET probe_at = now()`;

  it.each(["paused", "misconfigured", "quota"] as const)("%s", async (result) => {
    const ids = await Promise.all(Array.from({ length: 5 }, () => queueReset(test.db)));
    let repaired = false;
    deliver(() => (repaired ? accepted() : refused(result)()));
    await waitFor(async () =>
      expect(await status()).toMatchObject({ stoppedBy: result, stoppedError: "Code: why" }),
    );
    expect(await test.db.message.count({ where: { state: "closed" } })).toBe(0);
    repaired = true;
    await test.db.$executeRaw`UPDATE messages SET due_at = now()`;
    await probeNow();
    for (const id of ids) await becomes(id, { closedReason: "sent" });
    expect(await status()).toMatchObject({ stoppedBy: null });
    expect(logged.match(/sending stopped/g)).toHaveLength(1);
    expect(logged).toMatch(/"next":"[A-Z]/);
    expect(logged).toContain("sending goes on");
  });

  it("an outage: after ten calls without an answer, and only what was in flight is in doubt", async () => {
    for (let i = 0; i < 120; i++) await queueWelcome(test.db, `name${i}@example.com`);
    let repaired = false;
    deliver(() => (repaired ? accepted() : refused("unknown")()), {
      doubtSeconds: { resend: 900, hold: 900 },
    });
    await waitFor(async () => expect(await status()).toMatchObject({ stoppedBy: "outage" }));
    await waitFor(async () =>
      expect(await test.db.message.count({ where: { state: "sending" } })).toBe(0),
    );
    repaired = true;
    await probeNow();
    await waitFor(async () =>
      expect(await test.db.message.count({ where: { state: "queued" } })).toBe(0),
    );
    const unknown = await test.db.message.count({ where: { state: "unknown" } });
    const probes = calls.length - 120;
    // The window: 50 calls at once, and half as many messages more.
    expect(unknown).toBeLessThanOrEqual(75 + Math.max(0, probes));
    expect(await status()).toMatchObject({ stoppedBy: null });
  });

  it("an account that GetAccount says does not send", async () => {
    const id = await queueReset(test.db);
    deliver(accepted, { quota: { ...unlimited, sendingEnabled: false } });
    await waitFor(async () => expect(await status()).toMatchObject({ stoppedBy: "paused" }));
    // The probe finds that it does.
    await probeNow();
    await becomes(id, { closedReason: "sent" });
  });
});

it("slows down when SES throttles, and loses nothing", async () => {
  for (let i = 0; i < 20; i++) await queueReset(test.db);
  let count = 0;
  deliver(() => (++count <= 5 ? refused("throttled")() : accepted()));
  await waitFor(async () => expect((await status()).loweredAt).not.toBeNull());
  // Wait until no call is open: its settlement would delay its message again.
  await waitFor(async () =>
    expect(await test.db.message.count({ where: { state: "sending" } })).toBe(0),
  );
  await test.db.$executeRaw`UPDATE messages SET due_at = now() WHERE state = 'queued'`;
  await waitFor(async () =>
    expect(await test.db.message.count({ where: { closedReason: "sent" } })).toBe(20),
  );
});

it("takes its limits from the account, and its rate from the configuration if that is set", async () => {
  const quota = {
    maxSendRate: 200,
    max24HourSend: 50_000,
    sentLast24Hours: 7,
    sendingEnabled: true,
  };
  deliver(accepted, { quota });
  await waitFor(async () =>
    expect(await status()).toMatchObject({ maxRate: 200, max24Hours: 50_000, sent24Hours: 7 }),
  );
  stop.abort();
  await running;
  stop = new AbortController();
  deliver(accepted, { quota, rate: 5 });
  await waitFor(async () => expect(await status()).toMatchObject({ maxRate: 5, rate: 5 }));
});

it("logs once that the daily quota is used up and until when, and later that sending goes on", async () => {
  const quota = { ...unlimited, max24HourSend: 200, sentLast24Hours: 188 };
  const ids = await Promise.all([1, 2, 3, 4].map(() => queueWelcome(test.db)));
  const firstSent = Date.now();
  deliver(accepted, { quota });
  await waitFor(() => expect(logged).toContain("sending stopped"));
  // The last twentieth is for new passwords.
  expect(calls).toHaveLength(2);
  const line = logged.split("\n").find((one) => one.startsWith("sending stopped")) ?? "";
  const { stoppedBy, expectedAt, next } = JSON.parse(line.slice(line.indexOf("{"))) as Record<
    string,
    string
  >;
  expect({ stoppedBy, next }).toMatchObject({
    stoppedBy: "quota",
    next: expect.stringContaining("quota"),
  });
  const expected = new Date(expectedAt ?? "").getTime() - 24 * 60 * 60 * 1000;
  expect(expected).toBeGreaterThanOrEqual(firstSent - 1000);
  expect(expected).toBeLessThanOrEqual(Date.now() + 1000);
  await test.db.sendingStatus.update({ where: { id: 1 }, data: { sent24Hours: 0 } });
  for (const id of ids) await becomes(id, { closedReason: "sent" });
  await waitFor(() => expect(logged).toContain("sending goes on"));
  expect(logged.match(/sending stopped/g)).toHaveLength(1);
});

it("keeps the last limits while SES cannot be asked", async () => {
  const quota = { ...unlimited, maxSendRate: 200, max24HourSend: 50_000, sentLast24Hours: 7 };
  deliver(accepted, { quota });
  await waitFor(async () => expect(await status()).toMatchObject({ max24Hours: 50_000 }));
  stop.abort();
  await running;
  stop = new AbortController();
  const id = await queueReset(test.db);
  const late = new EmailError("QUOTA_UNAVAILABLE", "Not now.", { retryable: true });
  deliver(accepted, {
    transport: {
      concurrency: 50,
      send: () => Promise.resolve(accepted()),
      quota: () => Promise.reject(late),
      close: () => undefined,
    },
  });
  await becomes(id, { closedReason: "sent" });
  expect(await status()).toMatchObject({ maxRate: 200, max24Hours: 50_000, sent24Hours: 8 });
});

it("delivers with credentials that may only send, and logs that it cannot read the limits", async () => {
  const id = await queueReset(test.db);
  const denied = new EmailError("QUOTA_ACCESS_DENIED", "Set EMAIL_RATE.");
  deliver(accepted, {
    rate: 5,
    transport: {
      concurrency: 50,
      send: () => Promise.resolve(accepted()),
      quota: () => Promise.reject(denied),
      close: () => undefined,
    },
  });
  await becomes(id, { closedReason: "sent" });
  expect(await status()).toMatchObject({ maxRate: 5 });
  expect(logged).toContain("QUOTA_ACCESS_DENIED");
});

it("hands the transport what the caller has added, files as their bytes", async () => {
  const { id } = await createEnqueue({ keys, templates })(test.db, {
    template: "welcome",
    to: "name@example.com",
    props: { name: "Name", url: "https://app.example.com/account" },
    replyTo: "Support <support@example.com>",
    headers: { "X-Order": "17" },
    tags: { campaign: "spring" },
    attachments: [{ filename: "a.txt", contentType: "text/plain", content: "Grüße" }],
  });
  deliver(accepted);
  await becomes(id, { closedReason: "sent", payload: null });
  expect(calls[0]).toMatchObject({
    replyTo: { name: "Support", address: "support@example.com" },
    headers: { "X-Order": "17" },
    tags: { campaign: "spring" },
    attachments: [{ filename: "a.txt", contentType: "text/plain", content: Buffer.from("Grüße") }],
  });
});

it("gives email that people can turn off its links and the headers of RFC 8058, and no other", async () => {
  const appUrl = "https://app.example.com";
  const links = createPreferenceLinks({ keys: keysOf("k".repeat(32)), appUrl });
  const [news, reset] = [await queueOptional(test.db, "news"), await queueReset(test.db)];
  deliver(accepted, { optional: { categories, links } });
  await becomes(news, { closedReason: "sent" });
  await becomes(reset, { closedReason: "sent" });

  const { headers, text } = calls.find(({ id }) => id === news) ?? {};
  expect(headers).toEqual({
    "List-Unsubscribe": expect.stringMatching(/^<https:\/\/app\.example\.com\/unsubscribe\?token=/),
    "List-Unsubscribe-Post": "List-Unsubscribe=One-Click",
  });
  const link = headers?.["List-Unsubscribe"]?.slice(1, -1) ?? "";
  expect(text).toContain(link);
  expect(links.openUnsubscribe(new URL(link).searchParams.get("token") ?? "")).toEqual({
    address: "name@example.com",
    category: "news",
  });
  const other = calls.find(({ id }) => id === reset);
  expect(JSON.stringify(other)).not.toMatch(/unsubscribe/i);
});

it("queues a message again that SES's events judge unsent, logs it, and logs if that was false", async () => {
  const id = await queueReset(test.db);
  await claimAs(test.db, { eventSources: { security: SOURCE } });
  await expireLeases(test.db);
  await sweep(test.db, 30, { resend: 30, hold: 900 });
  await test.db.$executeRaw`UPDATE messages SET resent = true`;
  await test.db.$executeRaw`UPDATE attempts SET started_at = now() - interval '2 hours'`;
  await otherCalls(test.db, { count: 105 });
  await test.db.evidenceStop.create({ data: { eventSource: "eu-west-1/old", messageId: id } });
  deliver(accepted, { evidence: { horizon: 900 } });
  await becomes(id, { closedReason: "sent", judgedUnsent: 1 });
  expect(calls.map((call) => call.id)).toEqual([id]);
  expect(logged).toContain("email had not been sent, as SES's events show; queued again");
  expect(logged).toMatch(/judged to be unsent had been sent.*eu-west-1\/old/);
});
