// The states in which the pages of operators are looked at. No worker runs: the rows are its
// traces.
import type { Db } from "@repo/db";
import { addLongValues } from "./ops-long-values.ts";
import { addMail, addMessage, addRequests } from "./ops-mail.ts";
import type { Stack } from "./stack.ts";

/** @returns the id of a message to look at */
type Fill = (stack: Stack) => Promise<string>;

/** The database without anything but the operator. */
export async function emptyAgain(db: Db): Promise<void> {
  await db.$executeRaw`TRUNCATE events, attempts, operator_actions, messages, suppressions,
    suppression_removals, workers, hourly_counts, pending_counts, reset_requests, sign_ups,
    email_preferences, limits CASCADE`;
  await db.sendingStatus.update({
    where: { id: 1 },
    data: {
      paused: null,
      pausedAt: null,
      pausedBy: null,
      pausedBecause: null,
      stoppedBy: null,
      stoppedAt: null,
      stoppedError: null,
      loweredRate: null,
      maxRate: 14,
      rate: 14,
      max24Hours: 50_000,
      sent24Hours: 12_345,
    },
  });
}

export const STATES = {
  empty: async ({ db }) => addMessage(db, {}),
  busy: async (stack) => {
    await addWorkers(stack.db, "10 seconds");
    await addCounts(stack.db, { bounced: 6, complained: 0 });
    await addRequests(stack);
    return await addMail(stack.db);
  },
  "in trouble": async (stack) => {
    const { db } = stack;
    await addWorkers(db, "14 minutes");
    await addCounts(db, { bounced: 70, complained: 2 });
    await db.sendingStatus.update({
      where: { id: 1 },
      data: {
        stoppedBy: "misconfigured",
        stoppedAt: new Date(Date.now() - 840_000),
        stoppedError:
          "MessageRejected: Email address is not verified. The following identities failed the check in region EU-WEST-1: example.com",
      },
    });
    // The worker lives, and is stopped.
    await addWorkers(db, "2 seconds");
    await addRequests(stack);
    return await addMail(db);
  },
  "with long values": async ({ db }) => addLongValues(db),
} satisfies Record<string, Fill>;
export type StateName = keyof typeof STATES;

async function addWorkers(db: Db, ago: string): Promise<void> {
  await db.$executeRaw`
    INSERT INTO workers (id, version, started_at, seen_at)
    VALUES (gen_random_uuid(), '1.4.0', now() - interval '3 days', now() - ${ago}::interval)`;
}

async function addCounts(db: Db, bad: { bounced: number; complained: number }): Promise<void> {
  await db.$executeRaw`
    INSERT INTO hourly_counts (hour, dimension, value, kind, count)
    SELECT date_trunc('hour', now()) - h * interval '1 hour', dimension, value, kind,
      GREATEST(0, round(count * share * (1 + 0.6 * sin(h * 0.26)) * (1 + 0.3 * sin(h * 1.7))))::int
    FROM generate_series(0, 167) h, (VALUES
      ('all', '', 1.0), ('template', 'welcome', 0.5), ('template', 'password-reset', 0.3),
      ('template', 'product-update', 0.2), ('domain', 'example.com', 0.6),
      ('domain', 'example.org', 0.3), ('domain', 'other', 0.1), ('source', 'eu-west-1/app', 1.0)
    ) d(dimension, value, share), (VALUES
      ('accepted', 900), ('delivered', 880), ('bounced', ${bad.bounced}::int),
      ('complained', ${bad.complained}::int), ('throttled', 20)
    ) k(kind, count)`;
  await db.$executeRaw`
    INSERT INTO hourly_counts (hour, dimension, value, kind, count)
    SELECT date_trunc('hour', now()) - h * interval '1 hour', 'time', b::text, kind,
      round(400 * exp(-((b - peak - sin(h * 0.3)) ^ 2) / 2))::int
    FROM generate_series(0, 167) h, generate_series(0, 12) b,
      (VALUES ('accepted', 2), ('delivered', 4)) k(kind, peak)`;
}
