import { setTimeout as sleep } from "node:timers/promises";
import type { Answer } from "@repo/measure/site";

/** Runs a function `count` times, `atOnce` at a time. @returns the results */
export async function crowd<T>(
  count: number,
  atOnce: number,
  each: (i: number) => Promise<T>,
): Promise<T[]> {
  const results: T[] = [];
  let next = 0;
  const one = async () => {
    for (let i = next++; i < count; i = next++) results[i] = await each(i);
  };
  await Promise.all(Array.from({ length: Math.min(atOnce, count) }, one));
  return results;
}

/** Runs a function again and again for some seconds, `atOnce` at a time. @returns the results */
export async function during<T>(
  seconds: number,
  atOnce: number,
  each: (i: number) => Promise<T>,
): Promise<T[]> {
  const deadline = performance.now() + seconds * 1000;
  const results: T[] = [];
  let next = 0;
  const one = async () => {
    while (performance.now() < deadline) results.push(await each(next++));
  };
  await Promise.all(Array.from({ length: atOnce }, one));
  return results;
}

// In ms after the due time.
const LATE = 100;
// More would overload the clients.
const MOST_OPEN = 2_000;

/**
 * Starts a function `perSecond` times a second, without waiting for earlier ones. Returns after the
 * last start.
 *
 * @returns the pending results, how many started late, and how many could not start
 */
export async function openLoop<T>(
  count: number,
  perSecond: number,
  each: (i: number) => Promise<T>,
): Promise<{ begun: Promise<T>[]; late: number; unsent: number }> {
  const start = performance.now();
  const begun: Promise<T>[] = [];
  let [open, late, unsent] = [0, 0, 0];
  for (let i = 0; i < count; i++) {
    const due = start + (i / perSecond) * 1000;
    const early = due - performance.now();
    if (early > 0) await sleep(early);
    if (open >= MOST_OPEN) {
      unsent++;
      continue;
    }
    if (performance.now() - due > LATE) late++;
    open++;
    begun.push(each(i).finally(() => open--));
  }
  return { begun, late, unsent };
}

/** The number of answers of each status. */
export function statuses(answers: Pick<Answer, "status">[]): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const { status } of answers) counts[status] = (counts[status] ?? 0) + 1;
  return counts;
}
