import { expect, it } from "vitest";
import { claim } from "./claim.ts";
import { sweep } from "./sweep.ts";
import {
  accepted,
  claimAs,
  makeAllDue,
  queueChanged,
  queueReset,
  refused,
  doubtSeconds,
  useOutbox,
  work,
  loseLeases,
  endDoubts,
} from "./test-queue.ts";

const test = await useOutbox();

const find = (id: string) =>
  test.db.message.findUniqueOrThrow({ where: { id }, include: { attempts: true } });

it("leaves the messages of a dead worker in doubt", async () => {
  const id = await queueReset(test.db);
  await claimAs(test.db);
  await loseLeases(test.db);
  const message = await find(id);
  expect(message).toMatchObject({ state: "unknown", leaseId: null });
  expect(message.attempts).toMatchObject([{ result: "unknown", errorCode: "LEASE_LOST" }]);
  // Its 30 seconds had ended one second ago.
  const { startedAt, finishedAt } = message.attempts[0]!;
  expect(Number(finishedAt) - Number(startedAt)).toBeGreaterThanOrEqual(31_000);
});

it("is not stopped by an attempt that exists already", async () => {
  const id = await queueReset(test.db);
  await claimAs(test.db);
  const ended = { number: 1, finishedAt: new Date(), result: "unknown" };
  await test.db.attempt.create({ data: { messageId: id, ...ended } });
  await loseLeases(test.db);
  expect(await find(id)).toMatchObject({ state: "unknown" });
});

it("ends the lease of a dead worker after a failover to a database whose clock is behind", async () => {
  const id = await queueReset(test.db);
  await claimAs(test.db);
  await test.db.$executeRaw`UPDATE messages SET lease_expires_at = now() + interval '5 hours'`;
  await sweep(test.db, 30, doubtSeconds);
  // Its worker may be alive.
  const { state, leaseExpiresAt } = await find(id);
  expect(state).toBe("sending");
  expect(Number(leaseExpiresAt)).toBeLessThan(Date.now() + 60_000);
});

it("leaves a message in doubt for as long as its policy says", async () => {
  const ids = [await queueReset(test.db), await queueChanged(test.db)];
  await work(test.db, refused("unknown"));
  await sweep(test.db, 30, doubtSeconds);
  const seconds = async (id: string) => {
    const [row] = await test.db.$queryRaw<{ seconds: number }[]>`
      SELECT extract(epoch FROM due_at - now())::float8 AS seconds FROM messages WHERE id = ${id}::uuid AND state = 'unknown'`;
    return Math.ceil((row?.seconds ?? 0) / 10) * 10;
  };
  expect(await Promise.all(ids.map(seconds))).toEqual([30, 900]);
});

it("resend: sends an unknown once more, then closes it as unknown", async () => {
  const id = await queueReset(test.db);
  for (const copies of [1, 2]) {
    expect(await work(test.db, refused("unknown"))).toEqual([id]);
    await endDoubts(test.db);
    expect(await find(id)).toMatchObject({ state: copies === 1 ? "queued" : "closed" });
  }
  expect(await find(id)).toMatchObject({
    closedReason: "unknown",
    // An operator may still send it again.
    payload: expect.anything(),
    attemptCount: 2,
  });
});

it("resend: does not send an expired link again", async () => {
  const id = await queueReset(test.db, "name@example.com", {
    expiresAt: new Date(Date.now() + 60_000),
  });
  await work(test.db, refused("unknown"));
  await makeAllDue(test.db);
  await test.db.$executeRaw`UPDATE messages SET expires_at = now()`;
  await sweep(test.db, 30, doubtSeconds);
  expect(await find(id)).toMatchObject({ state: "closed", closedReason: "unknown" });
});

it("hold: closes an unknown without a second copy", async () => {
  const id = await queueChanged(test.db);
  await work(test.db, refused("unknown"));
  await endDoubts(test.db);
  expect(await find(id)).toMatchObject({
    state: "closed",
    closedReason: "unknown",
    payload: expect.anything(),
  });
});

it("needs only the tables of email", async () => {
  const own = [
    "messages",
    "attempts",
    "events",
    "suppressions",
    "suppression_removals",
    "sending_status",
    "pending_counts",
  ];
  const references = await test.db.$queryRaw`
    SELECT conname FROM pg_constraint WHERE contype = 'f'
      AND conrelid = ANY(${own}::regclass[]) AND confrelid <> ALL(${own}::regclass[])`;
  expect(references).toEqual([]);
  // All other tables, with everything that refers to them.
  const [others] = await test.db.$queryRaw<{ tables: string }[]>`
    SELECT string_agg(oid::regclass::text, ', ') AS tables FROM pg_class
    WHERE relkind IN ('r', 'p') AND relnamespace = current_schema()::regnamespace
      AND oid <> ALL(${own}::regclass[])`;
  await test.db.$executeRawUnsafe(`DROP TABLE ${others?.tables} CASCADE`);
  const id = await queueReset(test.db);
  await claim(test.db, { leaseId: crypto.randomUUID(), lease: 30, limit: 1, maxBytes: 1 });
  await loseLeases(test.db);
  await endDoubts(test.db);
  await work(test.db, accepted);
  expect(await find(id)).toMatchObject({ closedReason: "sent" });
});
