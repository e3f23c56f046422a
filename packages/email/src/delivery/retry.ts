import { Prisma } from "@repo/db";
import { canBeJudged } from "./evidence.ts";

// When the message of row `m` is tried again. It is SQL, because PostgreSQL's clock decides.

/** Seconds that a message stays in doubt before its policy decides. */
export interface DoubtSeconds {
  resend: number;
  hold: number;
  /** For a message that may be judged by evidence. Default: `hold`. */
  evidence?: number | undefined;
}

/** The time when the policy decides about a message in doubt: when it expires, at the latest. */
export function doubtEnds({ resend, hold, evidence = hold }: DoubtSeconds): Prisma.Sql {
  return Prisma.sql`LEAST(m.expires_at, now() + CASE
    WHEN ${canBeJudged} THEN ${evidence}::float8
    WHEN m.on_unknown = 'resend' THEN ${resend}::float8
    ELSE ${hold}::float8
  END * interval '1 second')`;
}

/**
 * The interval until the next attempt of a message that was certainly not sent. It may have any
 * number of attempts until it expires.
 *
 * 2 s after the first attempt, doubled each time, plus up to a quarter so that a burst spreads. The
 * maximum is five minutes if the cause is the message itself. Otherwise it is half a minute,
 * because the row that all workers share already slows sending down. A skipped message is tried again
 * at once.
 */
export function backoff(result: Prisma.Sql): Prisma.Sql {
  return Prisma.sql`CASE
    WHEN ${result} = 'skipped' THEN interval '0'
    WHEN ${result} IN ('deferred', 'unverified', 'unrendered') THEN LEAST(2 ^ LEAST(m.attempt_count, 12), 300) * (1 + random() / 4) * interval '1 second'
    ELSE LEAST(2 ^ LEAST(m.attempt_count, 12), 30) * (1 + random() / 4) * interval '1 second'
  END`;
}
