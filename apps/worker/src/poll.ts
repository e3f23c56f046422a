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
      await pause(everyMs, signal, wake);
    }
  } finally {
    await unlisten();
  }
}

/** Ends early if either aborts. AbortSignal.any would keep a little memory for each pause. */
async function pause(ms: number, signal: AbortSignal, wake: AbortController): Promise<void> {
  const end = () => wake.abort();
  signal.addEventListener("abort", end);
  if (!signal.aborted) await sleep(ms, undefined, { signal: wake.signal }).catch(() => undefined);
  signal.removeEventListener("abort", end);
}
