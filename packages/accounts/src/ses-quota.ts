import type { Db } from "@repo/db";

// In ms. The quota changes only when AWS raises it.
const FRESH = 60_000;

/** Reads SES's daily quota, as the worker last stored it, at most once a minute. */
export function createQuota(db: Db): () => Promise<number | null> {
  let reading: Promise<number | null> | undefined;
  let readAt = -Infinity;
  // Concurrent callers wait for the query. They must not go on without a quota, because the limit
  // for an unknown quota is far larger. For the same reason an unknown quota is not cached.
  return () => {
    if (reading && performance.now() - readAt < FRESH) return reading;
    readAt = performance.now();
    const mine = read(db);
    reading = mine;
    const forget = () => {
      if (reading === mine) reading = undefined;
    };
    mine.then((quota) => quota ?? forget(), forget);
    return mine;
  };
}

async function read(db: Db): Promise<number | null> {
  const status = await db.sendingStatus.findFirst({ select: { max24Hours: true } });
  return status?.max24Hours ?? null;
}
