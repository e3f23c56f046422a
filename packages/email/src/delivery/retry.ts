import { Prisma } from "@repo/db";
import { waitsForEvidence } from "./evidence.ts";

// When the message of row `m` is tried again: in SQL, since its clock is PostgreSQL's.

/** Seconds that a message stays in doubt before its policy decides. */
export interface UnknownWait {
  resend: number;
  hold: number;
  /** Where events may show that it was not sent; not given: `hold`. */
  evidence?: number | undefined;
}

/** A time: when the policy decides about a message in doubt. An email that has expired is not sent. */
export function doubtEnds({ resend, hold, evidence = hold }: UnknownWait): Prisma.Sql {
  return Prisma.sql`LEAST(m.expires_at, now() + CASE
    WHEN ${waitsForEvidence} THEN ${evidence}::float8
    WHEN m.on_unknown = 'resend' THEN ${resend}::float8
    ELSE ${hold}::float8
  END * interval '1 second')`;
}

/**
 * An interval: how long a message that was certainly not sent waits for its next attempt, of which
 * there may be any number until it expires.
 *
 * 2 s after the first attempt, doubled each time, plus up to a quarter so that a burst spreads.
 * No more than half a minute where the shared row holds the queue back anyway, five minutes
 * where the message itself waits for something.
 */
export function backoff(result: Prisma.Sql): Prisma.Sql {
  return Prisma.sql`CASE
    WHEN ${result} = 'skipped' THEN interval '0'
    WHEN ${result} IN ('deferred', 'unverified', 'unrendered') THEN LEAST(2 ^ LEAST(m.attempt_count, 12), 300) * (1 + random() / 4) * interval '1 second'
    ELSE LEAST(2 ^ LEAST(m.attempt_count, 12), 30) * (1 + random() / 4) * interval '1 second'
  END`;
}
