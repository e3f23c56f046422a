import { type Db, Prisma } from "@repo/db";
import { type Action, type ActionCount, act } from "../message-actions.ts";
import { type Decision, checkDecision } from "../decision.ts";
import { EmailError } from "../error.ts";
import { recordAction } from "../operations/actions.ts";
import { RESTORED_AT } from "../sending-status.ts";
import { checkDatabase } from "./check.ts";

/** The emails of one template that were queued before a restore and still wait. */
export interface RestoredMail {
  template: string;
  queued: number;
  /** Claimed when the backup was made, or in doubt then. */
  inDoubt: number;
  /** When the first and the last of them were queued. */
  oldest: Date;
  newest: Date;
}

/**
 * What was queued or in doubt before the restore that has stopped sending, by template.
 *
 * @throws EmailError `NOT_RESTORED` if no restore has stopped sending
 */
export async function restoredMail(db: Db): Promise<RestoredMail[]> {
  await requireStop(db);
  return db.$queryRaw<RestoredMail[]>`
    SELECT template, count(*) FILTER (WHERE state = 'queued')::int AS queued,
      count(*) FILTER (WHERE state <> 'queued')::int AS "inDoubt",
      min(created_at) AS oldest, max(created_at) AS newest
    FROM messages m WHERE ${RESTORED} GROUP BY template ORDER BY template`;
}

/**
 * Closes what was queued or in doubt before the restore, and lets sending go on. Who did it, when
 * and why is stored. What may have been sent is closed as unknown, the rest as cancelled.
 *
 * @throws EmailError `NO_REASON`; `NOT_RESTORED` if no restore has stopped sending
 */
export function cancelRestored(db: Db, decision: Decision): Promise<ActionCount> {
  return decide(db, CANCEL, decision);
}

/**
 * Lets what was queued or in doubt before the restore be sent: what was queued is sent, and the
 * template's policy decides about what was in doubt. Then sending goes on. Who did it, when and why
 * is stored.
 *
 * @throws EmailError `NO_REASON`; `NOT_RESTORED` if no restore has stopped sending
 */
export function sendRestored(db: Db, decision: Decision): Promise<ActionCount> {
  return decide(db, SEND, decision);
}

/**
 * Stops sending because an operator knows that the database is a restored backup. It changes
 * nothing if sending is stopped for that already.
 *
 * @throws EmailError `NO_REASON`
 */
export async function stopAsRestored(db: Db, decision: Decision): Promise<void> {
  const { by, because } = checkDecision(decision);
  await recordAction(db, { action: "restored", subject: "stop", by, because });
  await checkDatabase(db, { declared: `${by} says: ${because}` });
}

/** A condition: the message comes from the backup, and is still open. */
const RESTORED = Prisma.sql`state <> 'closed' AND created_at <= ${RESTORED_AT}`;

const CANCEL: Action = {
  name: "cancel",
  possible: RESTORED,
  inDoubt: Prisma.sql`resent OR state <> 'queued'`,
  changes: Prisma.sql`state = 'closed', closed_at = now(), payload = NULL, lease_id = NULL,
    lease_expires_at = NULL,
    closed_reason = CASE WHEN c.in_doubt THEN 'unknown' ELSE 'cancelled' END::closed_reason`,
};

const SEND: Action = {
  ...CANCEL,
  name: "send",
  // Only the row of the operator's action is new.
  changes: Prisma.sql`due_at = due_at`,
};

async function decide(db: Db, action: Action, decision: Decision): Promise<ActionCount> {
  checkDecision(decision);
  await requireStop(db);
  await recordAction(db, { action: "restored", subject: action.name, ...decision });
  const done = await act(db, action, {}, decision);
  // Last: if this process ends before, sending stays stopped.
  await db.query(Prisma.sql`
    UPDATE sending_status SET stopped_by = NULL, stopped_error = NULL, stopped_at = NULL, probes = 0
    WHERE id = 1 AND stopped_by = 'restored'`);
  return done;
}

async function requireStop(db: Db): Promise<void> {
  const { stoppedBy } = await db.sendingStatus.findUniqueOrThrow({ where: { id: 1 } });
  if (stoppedBy === "restored") return;
  throw new EmailError(
    "NOT_RESTORED",
    "No restore has stopped sending. If this database is a restored backup all the same: pnpm email:restored --stop",
  );
}
