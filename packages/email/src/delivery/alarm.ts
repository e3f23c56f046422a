import { setTimeout as sleep } from "node:timers/promises";

/** A sleep that ends early when it is rung for, also if that was before it began. */
export interface Alarm {
  ring(this: void): void;
  /** @param ms at the most */
  wait(ms: number): Promise<void>;
}

/** @param signal rings when it aborts */
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
