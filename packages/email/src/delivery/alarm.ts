import { setTimeout as sleep } from "node:timers/promises";

/** A sleep that ends early when `ring` is called. A call before the sleep ends it at once. */
export interface Alarm {
  ring(this: void): void;
  /** @param ms how long to sleep at most */
  wait(ms: number): Promise<void>;
}

/** @param signal rings the alarm when it aborts */
export function createAlarm(signal: AbortSignal): Alarm {
  let rung = false;
  let wake: (() => void) | undefined;
  const ring = () => {
    rung = true;
    wake?.();
  };
  signal.addEventListener("abort", ring, { once: true });
  return {
    ring,
    async wait(ms) {
      if (!rung) {
        const awake = new AbortController();
        wake = () => awake.abort();
        await sleep(ms, undefined, { signal: awake.signal }).catch(() => undefined);
        wake = undefined;
      }
      rung = false;
    },
  };
}
