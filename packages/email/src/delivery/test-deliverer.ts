// Helpers of the tests of the deliverer: a worker with a transport that plays SES's answers. The
// tests in ../transports make the SDK's own calls over HTTP.
import type { Db, Message } from "@repo/db";
import { createTestDb } from "@repo/db/testing";
import { afterAll, afterEach, beforeAll, beforeEach, expect, vi } from "vitest";
import { render } from "../test-templates.ts";
import type { OutgoingMessage, Refusal, SendQuota, SendResult } from "../transports/transport.ts";
import { type DelivererConfig, createDeliverer } from "./deliverer.ts";
import { emptyOutbox, keys } from "./test-queue.ts";

export type Send = (message: OutgoingMessage) => SendResult | Promise<SendResult>;

type Options = Partial<DelivererConfig> & { quota?: SendQuota; concurrency?: number };

/** Without a limit of rate or quota. */
export const unlimited: SendQuota = {
  maxSendRate: 1_000_000,
  max24HourSend: undefined,
  sentLast24Hours: 0,
  sendingEnabled: true,
};

export const accepted = (): SendResult => ({ result: "accepted", sesMessageId: "ses-1" });

export const refused = (result: Refusal) => (): SendResult => ({
  result,
  code: "Code",
  error: "why",
  next: "Nothing.",
});

export const waitFor = <T>(check: () => T | Promise<T>): Promise<T> =>
  vi.waitFor(check, { timeout: 60_000, interval: 20 });

/** Gives a test file a database, and each of its tests an empty outbox. */
export function useDeliverer() {
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

  const find = (id: string) =>
    test.db.message.findUniqueOrThrow({ where: { id }, include: { attempts: true } });

  return {
    get db(): Db {
      return test.db;
    },
    get url() {
      return test.url;
    },
    /** What the workers have passed to their transport. */
    get calls() {
      return calls;
    },
    get logged() {
      return logged;
    },
    /** Stops the workers. Resolves when they have ended. */
    stop(): Promise<unknown> {
      stop.abort();
      // Another worker may start.
      stop = new AbortController();
      return running;
    },
    ended: () => running,
    /** Starts a worker, which ends with the test. */
    deliver(send: Send, options: Options = {}): void {
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
    },
    find,
    count: (where: Partial<Pick<Message, "state" | "closedReason">>): Promise<number> =>
      test.db.message.count({ where }),
    status: () => test.db.sendingStatus.findUniqueOrThrow({ where: { id: 1 } }),
    /** Waits until a message is as expected. */
    becomes: (id: string, expected: Partial<Message>) =>
      waitFor(async () => {
        const message = await find(id);
        expect(message).toMatchObject(expected);
        return message;
      }),
  };
}
