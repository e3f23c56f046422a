import type { Db } from "@repo/db";

// In ms. It changes when AWS raises it.
const FRESH = 60_000;

/** Reads SES's daily quota, as the worker has last heard it; no more than once a minute. */
export function createQuota(db: Db): () => Promise<number | null> {
  let known: number | null = null;
  let readAt = -Infinity;
  return async () => {
    if (performance.now() - readAt < FRESH) return known;
    readAt = performance.now();
    const status = await db.sendingStatus.findFirst({ select: { max24Hours: true } });
    known = status?.max24Hours ?? null;
    return known;
  };
}
