import type { Db } from "@repo/db";
import { type Decision, checkDecision } from "./decision.ts";
import { EmailError } from "./error.ts";

/**
 * A configuration set whose events led to a wrong judgement: a message was judged unsent, and had
 * been sent. Its events no longer count as evidence.
 */
export interface EvidenceStop {
  /** `REGION/NAME`. */
  eventSource: string;
  /** The message that was judged unsent, and had been sent. */
  messageId: string;
  stoppedAt: Date;
}

/** The configuration sets whose events count as evidence only after an operator allows it again. */
export function evidenceStops(db: Db): Promise<EvidenceStop[]> {
  return db.evidenceStop.findMany({ orderBy: { stoppedAt: "asc" } });
}

/**
 * Allows the events of a configuration set as evidence again. Who did it, when and why is stored
 * with the message that was judged wrongly.
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
      -- The message may be deleted by now.
      INSERT INTO operator_actions (message_id, action, done_by, because, subject)
      SELECT m.id, 'allow-evidence', ${by}, ${because}, ${eventSource}
      FROM allowed a LEFT JOIN messages m ON m.id = a.message_id
    )
    SELECT message_id FROM allowed`;
  if (allowed.length > 0) return;
  throw new EmailError(
    "EVIDENCE_NOT_STOPPED",
    `The events of ${eventSource} count as evidence already. "pnpm email:evidence" lists the configuration sets whose events do not.`,
  );
}
