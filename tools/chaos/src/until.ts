import { setTimeout as sleep } from "node:timers/promises";

const POLL_MS = 50;

/**
 * Waits until a condition holds. If it throws, it does not hold yet, because a campaign may have
 * stopped the program that it asks.
 *
 * @param what for the error: "waited … for WHAT"
 * @param seconds the longest wait. Default: 600.
 * @returns what the condition returned
 */
export async function until<T>(
  what: string,
  holds: () => Promise<T | false | undefined>,
  seconds = 600,
): Promise<T> {
  const deadline = performance.now() + seconds * 1000;
  let cause: unknown;
  while (performance.now() < deadline) {
    try {
      const value = await holds();
      if (value !== false && value !== undefined) return value;
    } catch (error) {
      cause = error;
    }
    await sleep(POLL_MS);
  }
  throw new Error(`waited ${seconds} s for ${what}`, { cause });
}
