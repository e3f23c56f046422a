import type { Db } from "@repo/db";

// In ms. It changes when AWS raises it.
const FRESH = 60_000;

/** Reads SES's daily quota, as the worker has last heard it; no more than once a minute. */
export function createQuota(db: Db): () => Promise<number | null> {
  let reading: Promise<number | null> | undefined;
  let readAt = -Infinity;
  // Who asks while it is read waits for it: a quota taken for unknown is a far larger one. An
  // unknown quota is not kept, for the same reason.
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
