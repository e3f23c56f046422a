import type { Site } from "@repo/measure/site";

// Wrong passwords per address, and one more every 90 s.
const WRONG = 10;
const MS_FOR_ONE_MORE = 90_000;
/** Their account has a password that nobody guesses. */
export const VICTIM = "victim@rotate.example.com";

/** Strangers who guess one person's password, at each step as often as they may. */
export function openGuesses(site: Site) {
  const start = performance.now();
  let [compared, tries, buckets] = [0, 0, 1];
  return {
    /** Guesses until the limit refuses. */
    async exhaust(): Promise<void> {
      for (;;) {
        const fields = { email: VICTIM, password: `guess number ${tries++}` };
        const ip = `10.3.${tries >> 8}.${tries & 255}`;
        const { status } = await site.ask({ ip, path: "/login", fields });
        if (status === 401) compared++;
        if (status === 429) return;
      }
    },
    /** The bucket has had the time to fill. */
    refill: () => void buckets++,
    compared: () => compared,
    most: () => buckets * WRONG + Math.ceil((performance.now() - start) / MS_FOR_ONE_MORE),
  };
}
