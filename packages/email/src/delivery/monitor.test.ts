import { expect, it } from "vitest";
import { refused } from "../transports/refusal.ts";
import type { SendResult } from "../transports/transport.ts";
import { createMonitor } from "./monitor.ts";
import { useOutbox } from "./test-queue.ts";

const test = await useOutbox();

const ignore = () => undefined;
const create = () =>
  createMonitor({
    db: test.db,
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
