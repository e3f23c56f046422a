import { atExit } from "../at-exit.ts";
import { always, audit } from "../audit.ts";
import type { Findings, Setup } from "../campaign.ts";
import { leasesEnd } from "../leases.ts";
import { openStack } from "../stack.ts";

// Seconds. A call may take ten, so a lease shorter than that sends nothing.
const LEASE = 14;
const DOUBT_SECONDS = { resend: 2, hold: 5 };
// Milliseconds that each call takes, so that a stop finds open calls.
const DELAY = 300;

/**
 * Stops a random worker (SIGSTOP) until its leases have ended and the other one has taken over its
 * emails. Then it continues (SIGCONT), with answers to calls that are no longer its own.
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
  const { late, stale } = await outbox.look<"late" | "stale">(
    `SELECT count(*) FILTER (WHERE a.error_code IS DISTINCT FROM 'LEASE_LOST') AS late,
       -- Without an event nobody but the stale worker could say of these that they were sent.
       count(*) FILTER (WHERE m.on_unknown = 'hold' AND m.closed_reason <> 'unknown') AS stale
     FROM jsonb_to_recordset($1) AS x (id uuid, attempt int)
     JOIN messages m USING (id) JOIN attempts a ON a.message_id = m.id AND a.number = x.attempt`,
    [JSON.stringify([...inDoubt.values()])],
  );
  // Rejects if a worker has ended.
  await Promise.all(workers.map((worker) => worker.call("errors")));
  return {
    figures: { ...found, stops, inDoubt: inDoubt.size, late, staleSettlements: stale },
    bars: {
      ...always(found),
      "a stale worker tried to settle": late > 0,
      "no settlement of a stale worker counts": stale === 0,
      "duplicates no more than calls on the wire at the stops": found.duplicates <= inDoubt.size,
      "hold: one copy each": found.copies.hold === 1,
    },
  };
}
