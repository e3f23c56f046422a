import { setTimeout as sleep } from "node:timers/promises";
import type { Db, Prisma } from "@repo/db";
import { expect, it, vi } from "vitest";
import { type Send, accepted, useDeliverer, waitFor } from "./test-deliverer.ts";
import { queueReset, queueWelcome } from "./test-queue.ts";

const worker = useDeliverer();

/** A database client that passes the worker's claims to `answer`. */
function withClaims(answer: (claim: () => Promise<unknown[]>) => Promise<unknown[]>): Db {
  const query = (statement: Prisma.Sql) => {
    const run = () => worker.db.query(statement);
    return statement.text.includes("ORDER BY priority") ? answer(run) : run();
  };
  const get = (target: Db, name: string | symbol) =>
    name === "query" ? query : (Reflect.get(target, name) as unknown);
  return new Proxy(worker.db, { get });
}

it("settles SES's answer after a short outage of the database", async () => {
  const id = await queueReset(worker.db);
  worker.deliver(async () => {
    // Undone below: until then no settlement can be written.
    await worker.db.$executeRaw`ALTER TABLE attempts RENAME COLUMN result TO away`;
    return accepted();
  });
  await waitFor(() => expect(worker.logged).toContain("cannot be stored"));
  await worker.db.$executeRaw`ALTER TABLE attempts RENAME COLUMN away TO result`;
  await worker.becomes(id, { state: "closed", closedReason: "sent" });
  expect(worker.calls).toHaveLength(1);
});

it("settles SES's answer after an outage that is longer than its lease", async () => {
  const id = await queueReset(worker.db);
  worker.deliver(
    async () => {
      await worker.db.$executeRaw`ALTER TABLE attempts RENAME COLUMN result TO away`;
      return accepted();
    },
    { lease: 12 },
  );
  await vi.waitFor(
    async () => {
      const [row] = await worker.db.$queryRaw<{ over: boolean }[]>`
        SELECT lease_expires_at < now() - interval '3 seconds' AS over FROM messages`;
      expect(row?.over).toBe(true);
    },
    { timeout: 60_000, interval: 200 },
  );
  await worker.db.$executeRaw`ALTER TABLE attempts RENAME COLUMN away TO result`;
  await worker.becomes(id, { state: "closed", closedReason: "sent" });
  expect(worker.calls).toHaveLength(1);
});

it("releases a claim whose answer was lost, without sending", async () => {
  const id = await queueReset(worker.db);
  let claims = 0;
  const db = withClaims(async (claim) => {
    const rows = await claim();
    if (++claims === 1) throw new Error("connection lost");
    return rows;
  });
  worker.deliver(accepted, { db });
  const message = await worker.becomes(id, { closedReason: "sent" });
  expect(message.attempts).toMatchObject([{ number: 2, result: "accepted" }]);
  expect(worker.calls).toHaveLength(1);
});

it("releases a claim that commits after its answer was given up", async () => {
  const id = await queueReset(worker.db);
  let claims = 0;
  const db = withClaims(async (claim) => {
    if (++claims === 1) {
      // The server runs the claim after the worker has released it for the first time.
      void vi.waitUntil(() => claims > 2, { timeout: 60_000 }).then(claim);
      throw new Error("connection lost");
    }
    return (await worker.find(id)).attemptCount === 0 ? [] : claim();
  });
  worker.deliver(accepted, { db });
  const message = await worker.becomes(id, { closedReason: "sent" });
  expect(message.attempts).toMatchObject([{ number: 2, result: "accepted" }]);
});

it("makes no call once too little of the lease is left for it", async () => {
  // As for a process that was suspended after its claim.
  await worker.db.$executeRaw`
    CREATE FUNCTION linger() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN PERFORM pg_sleep(0.5); RETURN NEW; END'`;
  await worker.db.$executeRaw`
    CREATE TRIGGER linger BEFORE UPDATE ON messages FOR EACH ROW
    WHEN (NEW.state = 'sending') EXECUTE FUNCTION linger()`;
  const id = await queueReset(worker.db);
  worker.deliver(accepted, { lease: 11.3 });
  await waitFor(async () =>
    expect((await worker.find(id)).attempts[0]).toMatchObject({
      result: "skipped",
      errorCode: "LEASE_SHORT",
    }),
  );
  expect(worker.calls).toHaveLength(0);
  await worker.db.$executeRaw`DROP FUNCTION linger CASCADE`;
  await worker.becomes(id, { closedReason: "sent" });
  expect(worker.calls).toHaveLength(1);
});

it("releases what it claims while it is stopped, without sending", async () => {
  const id = await queueReset(worker.db);
  const db = withClaims((claim) => {
    void worker.stop();
    return claim();
  });
  worker.deliver(accepted, { db });
  await worker.ended();
  expect(await worker.find(id)).toMatchObject({ state: "queued", leaseId: null, attempts: [] });
  expect(worker.calls).toHaveLength(0);
});

it("releases messages without a call when it is stopped", async () => {
  for (let i = 0; i < 20; i++) await queueWelcome(worker.db, `name${i}@example.com`);
  const send: Send = async () => {
    if (worker.calls.length === 10) void worker.stop();
    await sleep(20);
    return accepted();
  };
  worker.deliver(send, { concurrency: 4 });
  await worker.ended();
  expect(await worker.count({ state: "sending" })).toBe(0);
  expect(await worker.count({ closedReason: "sent" })).toBe(worker.calls.length);
  expect(worker.calls.length).toBeLessThanOrEqual(10);
});

it("finishes its running calls when it is stopped, and claims no more", async () => {
  for (let i = 0; i < 3; i++) await queueWelcome(worker.db, `name${i}@example.com`);
  worker.deliver(async () => {
    void worker.stop();
    await sleep(50);
    return accepted();
  });
  await worker.ended();
  const states = await worker.db.message.groupBy({ by: ["state"], _count: true });
  expect(new Map(states.map(({ state, _count }) => [state, _count]))).toEqual(
    new Map([
      ["closed", 1],
      ["queued", 2],
    ]),
  );
});
