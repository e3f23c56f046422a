import type { Outbox } from "./outbox.ts";
import { until } from "./until.ts";

/**
 * Waits until all current leases have ended: settled or taken back.
 *
 * @param lease seconds
 * @returns the seconds that it took
 */
export async function leasesEnd(outbox: Outbox, lease: number): Promise<number> {
  const start = performance.now();
  // By PostgreSQL's clock, which decides.
  const { end } = await outbox.look<"end">("SELECT extract(epoch FROM now()) + $1::float8 AS end", [
    lease,
  ]);
  await until("the leases to end", async () => {
    const { left } = await outbox.look<"left">(
      `SELECT count(*) AS left FROM messages
       WHERE state = 'sending' AND lease_expires_at <= to_timestamp($1)`,
      [end],
    );
    return left === 0;
  });
  return Math.round((performance.now() - start) / 1000);
}

/** Emails that were claimed and not settled when their lease was lost. */
export async function claimedAndLost(outbox: Outbox): Promise<number> {
  const { count } = await outbox.look<"count">(
    "SELECT count(*) AS count FROM attempts WHERE error_code = 'LEASE_LOST'",
  );
  return count;
}
