import { describe, expect, it } from "vitest";
import { EmailError } from "../error.ts";
import { accepted, refused, unlimited, useDeliverer, waitFor } from "./test-deliverer.ts";
import { queueReset, queueWelcome } from "./test-queue.ts";

const worker = useDeliverer();

describe("stops the queue, keeps every email, says so once, and goes on by itself", () => {
  // Seconds later.
  const probeNow = () => worker.db.$executeRaw`UPDATE sending_status SET probe_at = now()`;

  it.each(["paused", "misconfigured", "quota"] as const)("%s", async (result) => {
    const ids = await Promise.all(Array.from({ length: 5 }, () => queueReset(worker.db)));
    let repaired = false;
    worker.deliver(() => (repaired ? accepted() : refused(result)()));
    await waitFor(async () =>
      expect(await worker.status()).toMatchObject({ stoppedBy: result, stoppedError: "Code: why" }),
    );
    // Wait until no call is open: its settlement would delay its message again.
    await waitFor(async () => expect(await worker.count({ state: "sending" })).toBe(0));
    expect(await worker.count({ state: "closed" })).toBe(0);
    repaired = true;
    await worker.db.$executeRaw`UPDATE messages SET due_at = now()`;
    await probeNow();
    for (const id of ids) await worker.becomes(id, { closedReason: "sent" });
    expect(await worker.status()).toMatchObject({ stoppedBy: null });
    expect(worker.logged.match(/sending stopped/g)).toHaveLength(1);
    expect(worker.logged).toMatch(/"next":"[A-Z]/);
    expect(worker.logged).toContain("sending goes on");
  });

  it("an outage: after ten calls without an answer, and only what was in flight is in doubt", async () => {
    for (let i = 0; i < 120; i++) await queueWelcome(worker.db, `name${i}@example.com`);
    let repaired = false;
    worker.deliver(() => (repaired ? accepted() : refused("unknown")()), {
      doubtSeconds: { resend: 900, hold: 900 },
    });
    await waitFor(async () => expect(await worker.status()).toMatchObject({ stoppedBy: "outage" }));
    await waitFor(async () => expect(await worker.count({ state: "sending" })).toBe(0));
    repaired = true;
    await probeNow();
    await waitFor(async () => expect(await worker.count({ state: "queued" })).toBe(0));
    const unknown = await worker.count({ state: "unknown" });
    const probes = worker.calls.length - 120;
    // The window: 50 calls at once, and half as many messages more.
    expect(unknown).toBeLessThanOrEqual(75 + Math.max(0, probes));
    expect(await worker.status()).toMatchObject({ stoppedBy: null });
  });

  it("an account that GetAccount says does not send", async () => {
    const id = await queueReset(worker.db);
    worker.deliver(accepted, { quota: { ...unlimited, sendingEnabled: false } });
    await waitFor(async () => expect(await worker.status()).toMatchObject({ stoppedBy: "paused" }));
    // The probe finds that it does.
    await probeNow();
    await worker.becomes(id, { closedReason: "sent" });
  });
});

it("slows down when SES throttles, and loses nothing", async () => {
  for (let i = 0; i < 20; i++) await queueReset(worker.db);
  let count = 0;
  worker.deliver(() => (++count <= 5 ? refused("throttled")() : accepted()));
  await waitFor(async () => expect((await worker.status()).loweredAt).not.toBeNull());
  // Wait until no call is open: its settlement would delay its message again.
  await waitFor(async () => expect(await worker.count({ state: "sending" })).toBe(0));
  await worker.db.$executeRaw`UPDATE messages SET due_at = now() WHERE state = 'queued'`;
  await waitFor(async () => expect(await worker.count({ closedReason: "sent" })).toBe(20));
});

it("takes its limits from the account, and its rate from the configuration if that is set", async () => {
  const quota = {
    maxSendRate: 200,
    max24HourSend: 50_000,
    sentLast24Hours: 7,
    sendingEnabled: true,
  };
  worker.deliver(accepted, { quota });
  await waitFor(async () =>
    expect(await worker.status()).toMatchObject({
      maxRate: 200,
      max24Hours: 50_000,
      sent24Hours: 7,
    }),
  );
  await worker.stop();
  worker.deliver(accepted, { quota, rate: 5 });
  await waitFor(async () => expect(await worker.status()).toMatchObject({ maxRate: 5, rate: 5 }));
});

it("keeps the last limits while SES cannot be asked", async () => {
  const quota = { ...unlimited, maxSendRate: 200, max24HourSend: 50_000, sentLast24Hours: 7 };
  worker.deliver(accepted, { quota });
  await waitFor(async () => expect(await worker.status()).toMatchObject({ max24Hours: 50_000 }));
  await worker.stop();
  const id = await queueReset(worker.db);
  const late = new EmailError("QUOTA_UNAVAILABLE", "Not now.", { retryable: true });
  worker.deliver(accepted, {
    transport: {
      concurrency: 50,
      send: () => Promise.resolve(accepted()),
      quota: () => Promise.reject(late),
      close: () => undefined,
    },
  });
  await worker.becomes(id, { closedReason: "sent" });
  expect(await worker.status()).toMatchObject({ maxRate: 200, max24Hours: 50_000, sent24Hours: 8 });
});

it("delivers with credentials that may only send, and logs that it cannot read the limits", async () => {
  const id = await queueReset(worker.db);
  const denied = new EmailError("QUOTA_ACCESS_DENIED", "Set EMAIL_RATE.");
  worker.deliver(accepted, {
    rate: 5,
    transport: {
      concurrency: 50,
      send: () => Promise.resolve(accepted()),
      quota: () => Promise.reject(denied),
      close: () => undefined,
    },
  });
  await worker.becomes(id, { closedReason: "sent" });
  expect(await worker.status()).toMatchObject({ maxRate: 5 });
  expect(worker.logged).toContain("QUOTA_ACCESS_DENIED");
});

it("logs once that the daily quota is used up and until when, and later that sending goes on", async () => {
  const quota = { ...unlimited, max24HourSend: 200, sentLast24Hours: 188 };
  const firstSent = Date.now();
  worker.deliver(accepted, { quota });
  // The time in the log is 24 hours after a stored settlement.
  await worker.becomes(await queueWelcome(worker.db), { closedReason: "sent" });
  const ids = await Promise.all([2, 3, 4].map(() => queueWelcome(worker.db)));
  await waitFor(() => expect(worker.logged).toContain("sending stopped"));
  // The last 5 % are for new passwords.
  expect(worker.calls).toHaveLength(2);
  const line = worker.logged.split("\n").find((one) => one.startsWith("sending stopped")) ?? "";
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
  await worker.db.sendingStatus.update({ where: { id: 1 }, data: { sent24Hours: 0 } });
  for (const id of ids) await worker.becomes(id, { closedReason: "sent" });
  await waitFor(() => expect(worker.logged).toContain("sending goes on"));
  expect(worker.logged.match(/sending stopped/g)).toHaveLength(1);
});
