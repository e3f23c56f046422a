import { atExit } from "../at-exit.ts";
import { always, audit } from "../audit.ts";
import type { Findings, Setup } from "../campaign.ts";
import { leasesEnd } from "../leases.ts";
import { openStack } from "../stack.ts";

// Seconds. A call may take ten, so a lease shorter than that sends nothing.
const LEASE = 14;
// When the worker continues, the doubts of `resend` have ended, and those of `hold` have not.
const DOUBT_SECONDS = { resend: 2, hold: 30 };
// Milliseconds that each call takes, so that a stop finds open calls.
const DELAY = 300;

/**
 * Stops a random worker (SIGSTOP) until its leases have ended and the other one has put its emails in
 * doubt, or taken them over. Then it continues (SIGCONT), with late answers.
 */
export async function stop(setup: Setup): Promise<Findings> {
  const { messages, random, quick, say } = setup;
  const stops = quick ? 1 : 6;
  const stack = await openStack(setup);
  const { outbox } = stack;
  await stack.ses.behave({ delay: DELAY });
  const options = { lease: LEASE, doubtSeconds: DOUBT_SECONDS };
  const workers = await Promise.all([stack.startWorker(options), stack.startWorker(options)]);

  // The calls that were open at the stops: message and number of the attempt.
  const inDoubt = new Map<string, { id: string; attempt: number }>();
  for (let round = 1; round <= stops; round++) {
    const share = Math.round((messages * round) / stops) - outbox.queued.size;
    await outbox.fill(share);
    await outbox.closes(Math.floor((random() * share) / 2));
    const worker = workers[Math.floor(random() * workers.length)];
    if (!worker) continue;
    await worker.call("sending");
    process.kill(worker.pid, "SIGSTOP");
    const resume = atExit('kill -CONT "$0"', String(worker.pid));
    setup.atEnd(resume.now);
    await leasesEnd(outbox, LEASE);
    // Before it continues, because it writes into the same rows later.
    const before = inDoubt.size;
    for (const lost of await outbox.rows<{ id: string; attempt: number }>(
      "SELECT message_id AS id, number AS attempt FROM attempts WHERE error_code = 'LEASE_LOST'",
    )) {
      inDoubt.set(`${lost.id} ${lost.attempt}`, lost);
    }
    say(`stop ${round} of ${stops}: ${inDoubt.size - before} emails in doubt`);
    await resume.now();
    // Its answer shows that its settlements have started.
    await worker.call("errors");
  }
  await outbox.drained();

  const found = await audit(stack);
  const { late, ended, sentAgain } = await outbox.look<"late" | "ended" | "sentAgain">(
    `SELECT count(*) FILTER (WHERE a.error_code IS DISTINCT FROM 'LEASE_LOST') AS late,
       count(*) FILTER (WHERE a.result = 'accepted' AND m.closed_reason = 'sent'
         AND m.attempt_count = x.attempt) AS ended,
       -- A second passes between the beginnings of two transactions at most.
       count(*) FILTER (WHERE a.result = 'accepted' AND EXISTS (
         SELECT FROM attempts later WHERE later.message_id = m.id AND later.number > x.attempt
           AND later.started_at > a.finished_at + interval '1 second')) AS "sentAgain"
     FROM jsonb_to_recordset($1) AS x (id uuid, attempt int)
     JOIN messages m USING (id) JOIN attempts a ON a.message_id = m.id AND a.number = x.attempt`,
    [JSON.stringify([...inDoubt.values()])],
  );
  // Rejects if a worker has ended.
  await Promise.all(workers.map((worker) => worker.call("errors")));
  return {
    figures: { ...found, stops, inDoubt: inDoubt.size, late, ended, sentAgain },
    bars: {
      ...always(found),
      "late answers came": late > 0,
      "late answers end doubts": ended > 0,
      "no email is sent again after its late answer": sentAgain === 0,
      "duplicates no more than calls on the wire at the stops": found.duplicates <= inDoubt.size,
      "hold: one copy each": found.copies.hold === 1,
    },
  };
}
