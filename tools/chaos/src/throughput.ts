import { setTimeout as sleep } from "node:timers/promises";
import { round } from "@repo/measure/statistics";
import type { Outbox } from "./outbox.ts";

/** @returns emails closed a second, measured for some seconds */
export async function sentDuring(outbox: Outbox, seconds: number): Promise<number> {
  const start = performance.now();
  const before = await outbox.closed();
  await sleep(seconds * 1000);
  const closed = (await outbox.closed()) - before;
  return round(closed / ((performance.now() - start) / 1000));
}

/** @returns emails closed a second, measured until `count` have closed */
export async function rateOf(outbox: Outbox, count: number): Promise<number> {
  const start = performance.now();
  const before = await outbox.closed();
  await outbox.closes(count);
  const closed = (await outbox.closed()) - before;
  return round(closed / ((performance.now() - start) / 1000));
}
