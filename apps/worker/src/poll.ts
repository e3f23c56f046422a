import { setTimeout as sleep } from "node:timers/promises";
import { listen } from "@repo/db";

/**
 * Runs a job again and again until the signal aborts: when its channel is notified, and every few
 * seconds in case a notification gets lost.
 *
 * @param options.once runs it once, and returns
 * @param options.everyMs the time between two runs
 * @param options.onError called when the job throws; it is tried again
 */
export async function poll(
  job: (signal: AbortSignal) => Promise<void>,
  options: {
    listenUrl: string;
    channel: string;
    everyMs: number;
    once: boolean;
    signal: AbortSignal;
    onError: (error: unknown) => void;
  },
): Promise<void> {
  const { listenUrl, channel, everyMs, once, signal, onError } = options;
  let wake = new AbortController();
  const unlisten = listen(listenUrl, channel, () => wake.abort());
  try {
    while (!signal.aborted) {
      wake = new AbortController();
      await job(signal).catch(onError);
      if (once) return;
      const either = AbortSignal.any([signal, wake.signal]);
      await sleep(everyMs, undefined, { signal: either }).catch(() => undefined);
    }
  } finally {
    await unlisten();
  }
}
