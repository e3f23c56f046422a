import type { Db } from "@repo/db";
import { type Decision, checkDecision } from "./decision.ts";
import { EmailError } from "./error.ts";

/** A configuration set whose events have shown something untrue: they show nothing any more. */
export interface EvidenceStop {
  /** `REGION/NAME`. */
  eventSource: string;
  /** What had been judged to be unsent, and had been sent. */
  messageId: string;
  stoppedAt: Date;
}

/** Of which configuration sets no evidence is taken, until an operator allows it again. */
export function evidenceStops(db: Db): Promise<EvidenceStop[]> {
  return db.evidenceStop.findMany({ orderBy: { stoppedAt: "asc" } });
}

/**
 * Lets the events of a configuration set show again what had not been sent. Who did it, when and
 * why is kept with the message that had been judged wrongly.
 *
 * @throws EmailError `NO_REASON`; `EVIDENCE_NOT_STOPPED`
 */
export async function allowEvidence(
  db: Db,
  eventSource: string,
  decision: Decision,
): Promise<void> {
  const { by, because } = checkDecision(decision);
  const allowed = await db.$queryRaw<unknown[]>`
    WITH allowed AS (
      DELETE FROM evidence_stops WHERE event_source = ${eventSource} RETURNING message_id
    ), kept AS (
      INSERT INTO operator_actions (message_id, action, done_by, because)
      SELECT id, 'allow-evidence', ${by}, ${because} FROM allowed JOIN messages ON id = message_id
    )
    SELECT message_id FROM allowed`;
  if (allowed.length > 0) return;
  throw new EmailError(
    "EVIDENCE_NOT_STOPPED",
    `Evidence of ${eventSource} is taken as it is. "pnpm email:evidence" lists those of which it is not.`,
  );
}
