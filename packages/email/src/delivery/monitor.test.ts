import type { Db, Prisma } from "@repo/db";
import { expect, it } from "vitest";
import { refused } from "../transports/refusal.ts";
import type { SendResult } from "../transports/transport.ts";
import { createMonitor } from "./monitor.ts";
import { useOutbox } from "./test-queue.ts";

const test = await useOutbox();

const ignore = (): void => undefined;
const create = (db = test.db) =>
  createMonitor({
    db,
    transport: {
      concurrency: 50,
      send: () => Promise.reject(new Error("nothing is sent here")),
      quota: () => Promise.resolve(undefined),
      close: ignore,
    },
    log: { info: ignore, warn: ignore, error: ignore },
    rate: undefined,
  });

const accepted: SendResult = { result: "accepted", sesMessageId: "ses-1" };
const lost = refused("unknown", "TIMEOUT", "no answer");
const stoppedBy = async () =>
  (await test.db.sendingStatus.findUniqueOrThrow({ where: { id: 1 } })).stoppedBy;

it("treats ten calls in a row without an answer as an outage", async () => {
  const monitor = create();
  await monitor.onResult(accepted, performance.now());
  for (let i = 0; i < 9; i++) await monitor.onResult(lost, performance.now());
  expect(await stoppedBy()).toBeNull();
  await monitor.onResult(lost, performance.now());
  expect(await stoppedBy()).toBe("outage");
});

it("does not treat calls that hang as an outage while later ones are accepted", async () => {
  const monitor = create();
  const longAgo = performance.now() - 10_000;
  for (let i = 0; i < 9; i++) await monitor.onResult(lost, performance.now());
  await monitor.onResult(accepted, performance.now());
  for (let i = 0; i < 30; i++) await monitor.onResult(lost, longAgo);
  expect(await stoppedBy()).toBeNull();
  // Ten more calls that begin now are an outage.
  for (let i = 0; i < 10; i++) await monitor.onResult(lost, performance.now());
  expect(await stoppedBy()).toBe("outage");
});

it("has recorded a stop before the next claim, also if another call was throttled in the same moment", async () => {
  let goOn = ignore;
  const waits = new Promise<void>((resolve) => (goOn = resolve));
  const query = test.db.query.bind(test.db);
  const slow = Object.create(test.db, {
    query: {
      async value(statement: Prisma.Sql) {
        if (statement.text.includes("stopped_by =")) await waits;
        return query(statement);
      },
    },
  }) as Db;
  const monitor = create(slow);
  const results = [refused("paused", "SendingPaused", ""), refused("throttled", "Throttled", "")];
  const recording = results.map((result) => monitor.onResult(result, performance.now()));
  let isRecorded = false;
  const recorded = monitor.recorded().then(() => (isRecorded = true));
  await recording[1];
  expect(isRecorded).toBe(false);
  goOn();
  await recorded;
  expect(await stoppedBy()).toBe("paused");
});
