import { createTestDb } from "@repo/db/testing";
import type { Message } from "@repo/db";
import { afterAll, afterEach, beforeAll, beforeEach, expect, it, vi } from "vitest";
import { createEnqueue } from "../enqueue.ts";
import type { OutgoingMessage, SendResult } from "../transports/transport.ts";
import { createDeliverer } from "./deliverer.ts";
import { announce, claim, settle, sweep } from "./queue.ts";

// The transport is the seam of this file: it plays what SES answers. The SDK's own calls
// are tested over HTTP in ../transports.
const key = "a key of the tests, 32 characters";
const enqueue = createEnqueue({ key });
const link = "https://app.example.com/reset-password?token=secret";
let test: Awaited<ReturnType<typeof createTestDb>>;
let stop: AbortController;
let running: Promise<void> | undefined;
let calls: OutgoingMessage[];
let logged: string;

beforeAll(async () => {
  test = await createTestDb();
});
afterAll(() => test.drop());

beforeEach(async () => {
  await test.db.message.deleteMany();
  await test.db.suppression.deleteMany();
  stop = new AbortController();
  calls = [];
  logged = "";
});
afterEach(async () => {
  stop.abort();
  await running;
  running = undefined;
});

function deliver(
  answer: (message: OutgoingMessage) => SendResult | Promise<SendResult>,
  options: { key?: string } = {},
): void {
  const write = (fields: object, message: string) => {
    logged += `${message} ${JSON.stringify(fields)}\n`;
  };
  running = createDeliverer({
    db: test.db,
    key,
    log: { info: write, warn: write, error: write },
    transport: {
      send: (message) => {
        calls.push(message);
        return Promise.resolve(answer(message));
      },
      close: () => undefined,
    },
    ...options,
  }).run(stop.signal);
}

const accepted = (): SendResult => ({ result: "accepted", sesMessageId: "ses-1" });

async function queue(to = "name@example.com", expiresAt?: Date): Promise<string> {
  const props = { name: "Name", url: link, expiresInMinutes: 60 };
  const { id } = await enqueue(test.db, {
    template: "password-reset",
    to,
    props,
    ...(expiresAt && { expiresAt }),
  });
  return id;
}

const find = (id: string) =>
  test.db.message.findUniqueOrThrow({ where: { id }, include: { attempts: true } });

async function becomes(id: string, expected: Partial<Message>) {
  return vi.waitFor(
    async () => {
      const message = await find(id);
      expect(message).toMatchObject(expected);
      return message;
    },
    { timeout: 10_000, interval: 20 },
  );
}

it("sends once, records the attempt, and erases the props", async () => {
  const id = await queue();
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
  const id = await queue();
  deliver(accepted);
  await becomes(id, { state: "closed" });
  await vi.waitFor(() => expect(logged).toContain(id));
  expect(logged).not.toMatch(/secret|name@example\.com/);
});

it("never sends to a suppressed address, even one suppressed after the enqueue", async () => {
  const id = await queue("Suppressed@example.com");
  await test.db.suppression.create({
    data: { addressKey: "suppressed@example.com", reason: "complaint" },
  });
  deliver(accepted);
  await becomes(id, {
    state: "closed",
    closedReason: "suppressed",
    outcome: "none",
    payload: null,
  });
  expect(calls).toHaveLength(0);
});

it("sends again to an address whose suppression has ended", async () => {
  const id = await queue();
  await test.db.suppression.create({
    data: {
      addressKey: "name@example.com",
      reason: "soft bounces",
      expiresAt: new Date(Date.now() - 1000),
    },
  });
  deliver(accepted);
  await becomes(id, { closedReason: "sent" });
});

it("does not send what has expired", async () => {
  const id = await queue("name@example.com", new Date(Date.now() - 1000));
  deliver(accepted);
  await becomes(id, { state: "closed", closedReason: "expired", payload: null });
  expect(calls).toHaveLength(0);
});

it("sends security mail first", async () => {
  await test.db.$transaction(async (tx) => {
    for (let i = 0; i < 3; i++) {
      await enqueue(tx, {
        template: "welcome",
        to: "name@example.com",
        props: { name: "Name", url: link },
      });
    }
    await enqueue(tx, {
      template: "password-changed",
      to: "name@example.com",
      props: { name: "Name", url: link },
    });
  });
  const lease = { id: crypto.randomUUID(), duration: 30 };
  const rows = await claim(test.db, lease, 1);
  expect(rows.map((row) => row.template)).toEqual(["password-changed"]);
});

it.each(["throttled", "quota", "unreachable", "paused", "misconfigured"] as const)(
  "keeps a message that was not sent: %s",
  async (result) => {
    const id = await queue();
    deliver(() => ({ result, code: "Code", error: "why" }));
    await vi.waitFor(() => expect(calls).toHaveLength(1));
    const message = await becomes(id, {
      state: "queued",
      closedReason: null,
      attemptCount: 1,
      lastError: "Code: why",
    });
    expect(message.payload).not.toBeNull();
    expect(message.dueAt.getTime()).toBeGreaterThan(Date.now());
  },
);

it("closes a permanent refusal as failed", async () => {
  const id = await queue();
  deliver(() => ({ result: "permanent", code: "MessageRejected", error: "why" }));
  await becomes(id, { state: "closed", closedReason: "failed", outcome: "none", payload: null });
});

it("leaves in doubt what SES may or may not have taken, and sends no second copy by itself", async () => {
  const id = await queue();
  deliver(() => ({ result: "unknown", code: "ECONNRESET", error: "socket hang up" }));
  const message = await becomes(id, { state: "unknown", closedReason: null });
  expect(message.attempts).toMatchObject([{ result: "unknown", errorCode: "ECONNRESET" }]);
  expect(calls).toHaveLength(1);
});

const makeDue = () =>
  test.db.$executeRaw`UPDATE messages SET due_at = now() WHERE state = 'unknown'`;

it("resend: sends an unknown once more, then closes it as unknown", async () => {
  const id = await queue();
  deliver(() => ({ result: "unknown", code: "ETIMEDOUT", error: "timed out" }));
  await becomes(id, { state: "unknown" });
  await makeDue();
  await sweep(test.db);
  await becomes(id, { state: "unknown", attemptCount: 2 });
  await makeDue();
  await sweep(test.db);
  await becomes(id, { state: "closed", closedReason: "unknown", payload: null });
  expect(calls).toHaveLength(2);
});

it("hold: closes an unknown without a second copy", async () => {
  const props = { name: "Name", url: link };
  const { id } = await enqueue(test.db, {
    template: "password-changed",
    to: "name@example.com",
    props,
  });
  deliver(() => ({ result: "unknown", code: "ETIMEDOUT", error: "timed out" }));
  await becomes(id, { state: "unknown" });
  await makeDue();
  await sweep(test.db);
  await becomes(id, { state: "closed", closedReason: "unknown", payload: null });
  expect(calls).toHaveLength(1);
});

it("keeps a message whose props cannot be opened until the key is right", async () => {
  const id = await queue();
  deliver(accepted, { key: "another key of the tests, 32 chars" });
  await becomes(id, {
    state: "queued",
    attemptCount: 1,
    lastError: "UNSEAL_FAILED: cannot be rendered",
  });
  expect(calls).toHaveLength(0);
});

const expireLeases = () =>
  test.db.$executeRaw`UPDATE messages SET lease_expires_at = now() - interval '1 second'`;

it("queues again what a dead worker had claimed and not announced", async () => {
  const id = await queue();
  await claim(test.db, { id: crypto.randomUUID(), duration: 30 }, 10);
  await expireLeases();
  deliver(accepted);
  await becomes(id, { state: "closed", closedReason: "sent", attemptCount: 1 });
  expect(calls).toHaveLength(1);
});

it("leaves in doubt what a dead worker had announced", async () => {
  const id = await queue();
  const lease = { id: crypto.randomUUID(), duration: 30 };
  await claim(test.db, lease, 10);
  await announce(test.db, lease, [id], 10);
  await expireLeases();
  await sweep(test.db);
  const message = await becomes(id, { state: "unknown", leaseId: null });
  expect(message.attempts).toMatchObject([{ result: "unknown", errorCode: "LEASE_LOST" }]);
});

it("lets no stale worker announce or settle", async () => {
  const id = await queue();
  const stale = { id: crypto.randomUUID(), duration: 30 };
  await claim(test.db, stale, 10);
  await expireLeases();
  expect(await announce(test.db, stale, [id], 10)).toEqual(new Map());
  await sweep(test.db);
  const fresh = { id: crypto.randomUUID(), duration: 30 };
  await claim(test.db, fresh, 10);
  await announce(test.db, fresh, [id], 10);
  await settle(test.db, stale, [
    { id, attempt: 1, result: "permanent", code: "Code", error: "why" },
  ]);
  await becomes(id, { state: "sending", leaseId: fresh.id });
});

it("records what SES has answered after a moment without the database", async () => {
  const id = await queue();
  deliver(async () => {
    // Undone below: until then no settlement can be written.
    await test.db.$executeRaw`ALTER TABLE attempts RENAME COLUMN result TO away`;
    return accepted();
  });
  await vi.waitFor(() => expect(logged).toContain("cannot be recorded"), { timeout: 10_000 });
  await test.db.$executeRaw`ALTER TABLE attempts RENAME COLUMN away TO result`;
  await becomes(id, { state: "closed", closedReason: "sent" });
  expect(calls).toHaveLength(1);
});

it("gives each message to one worker only", async () => {
  const ids = await test.db.$transaction((tx) =>
    Promise.all(
      Array.from({ length: 40 }, (_, i) =>
        enqueue(tx, {
          template: "welcome",
          to: `name${i}@example.com`,
          props: { name: "Name", url: link },
        }),
      ),
    ),
  );
  const claims = await Promise.all(
    Array.from({ length: 8 }, () => claim(test.db, { id: crypto.randomUUID(), duration: 30 }, 10)),
  );
  const claimed = claims.flat().map((row) => row.id);
  expect(new Set(claimed).size).toBe(claimed.length);
  expect(claimed.length).toBeLessThanOrEqual(ids.length);
});

it("finishes what is on the wire when it is stopped, and gives the rest back", async () => {
  for (let i = 0; i < 15; i++) await queue(`name${i}@example.com`);
  deliver(() => {
    stop.abort();
    return accepted();
  });
  await running;
  const states = await test.db.message.groupBy({
    by: ["state"],
    _count: true,
    orderBy: { state: "asc" },
  });
  expect(states).toEqual([
    { state: "queued", _count: 5 },
    { state: "closed", _count: 10 },
  ]);
});
