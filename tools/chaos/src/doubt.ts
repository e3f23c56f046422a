import { setTimeout as sleep } from "node:timers/promises";
import type { EvidenceRules } from "@repo/email/deliver";
import type { Setup } from "./campaign.ts";
import type { Stack } from "./stack.ts";
import type { WorkerOptions } from "./worker.ts";

// Seconds. A call may take ten, so a lease shorter than that sends nothing.
const LEASE = 14;
// Emails a second after the last kill, because evidence needs other calls.
const GOES_ON = 40;

/** As in production, but with shorter times. The horizon is longer than the kills last. */
export function evidenceOptions({ quick }: Setup, patience?: number) {
  const evidence: EvidenceRules = {
    horizon: quick ? 4 : 240,
    signature: quick ? 1 : 5,
    ...(patience !== undefined && { patience }),
  };
  return {
    lease: LEASE,
    doubtSeconds: { resend: 5, hold: 5 },
    evidence,
    configurationSet: "app",
  } satisfies WorkerOptions;
}

/** Continues to send until nothing is in doubt. @returns the seconds that it took */
export async function settleDoubts({ say }: Setup, { outbox }: Stack): Promise<number> {
  const start = performance.now();
  const seconds = () => Math.round((performance.now() - start) / 1000);
  const left = async () =>
    (
      await outbox.look<"left">(
        "SELECT count(*) AS left FROM messages WHERE state = 'unknown' OR state <> 'closed' AND attempt_count > 0",
      )
    ).left;
  let said = 0;
  for (let doubts = await left(); doubts > 0; doubts = await left()) {
    if (seconds() >= said + 60) {
      said = seconds();
      say(`${doubts} in doubt ${said} s after the last fault`);
    }
    await outbox.fill(GOES_ON);
    await sleep(1_000);
    if (seconds() > 1_200) throw new Error(`${doubts} emails were in doubt after 20 minutes`);
  }
  await outbox.drained();
  return seconds();
}

/** The effects of evidence, by our log and by SES. */
export async function judgedFigures({ outbox, ses }: Stack) {
  const tally = await ses.tally();
  const judged = await outbox.rows<{ id: string; source: string; since: number }>(
    `SELECT m.id, m.event_source AS source,
       -- By their numbers: a claim that an event has closed has no row in attempts.
       m.attempt_count - (
         SELECT max(number) FROM attempts a WHERE a.message_id = m.id AND a.started_at <= m.judged_at
       ) AS since
     FROM messages m WHERE judged_unsent > 0`,
  );
  const { stops } = await outbox.look<"stops">("SELECT count(*) AS stops FROM evidence_stops");
  const copies = (id: string) => tally[id]?.copies ?? 0;
  return {
    /** Queued again by evidence. */
    judged: judged.length,
    /** Judged unsent although SES had a copy. */
    falseEvidence: judged.filter(({ id, since }) => copies(id) > since).length,
    secondCopiesByEvidence: judged.filter(({ id }) => copies(id) > 1).length,
    evidenceStops: stops,
    sources: [...new Set(judged.map(({ source }) => source))],
  };
}
