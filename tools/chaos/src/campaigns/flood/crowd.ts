import { setTimeout as sleep } from "node:timers/promises";
import type { Answer } from "@repo/measure/site";

/** Does it so often, so many at a time. @returns what came of each */
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

/** Does it for so many seconds, so many at a time. @returns what came of each */
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

// In ms, from when it was due.
const LATE = 100;
// More would be the clients' own trouble.
const MOST_OPEN = 2_000;

/**
 * Begins so many a second, whatever has become of the earlier ones. Returns when the last has
 * begun.
 *
 * @returns what comes of each that began; how many began late, and how many could not begin
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

/** How many answers there are of each status. */
export function statuses(answers: Pick<Answer, "status">[]): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const { status } of answers) counts[status] = (counts[status] ?? 0) + 1;
  return counts;
}
