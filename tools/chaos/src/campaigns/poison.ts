import { always, audit } from "../audit.ts";
import type { Findings, Setup } from "../campaign.ts";
import { evidenceOptions, judgedFigures, settleDoubts } from "../doubt.ts";
import { publishEvents } from "../ses-events.ts";
import { openStack } from "../stack.ts";

// A hold is claimed once, and twice more by evidence. A resend is claimed once more in between.
const MOST_KILLS = { hold: 3, resend: 4 };

/** One message kills its worker each time it is sent. Workers are started again at once. */
export async function poison(setup: Setup): Promise<Findings> {
  const { random, say } = setup;
  const messages = Math.round(setup.messages / 10);
  const stack = await openStack(setup);
  const { outbox } = stack;
  const events = publishEvents(setup, stack);
  await stack.ses.behave({ delay: 60 });
  await outbox.fill(messages);
  const victims = [...outbox.queued];
  const id = victims[Math.floor(random() * victims.length)] ?? "";
  const options = { ...evidenceOptions(setup), poison: id };

  let kills = 0;
  const over = new AbortController();
  async function keepOneRunning(): Promise<void> {
    while (!over.signal.aborted) {
      const worker = await stack.startWorker(options);
      await worker.call("ends").catch(() => undefined);
      if (!over.signal.aborted) say(`a worker was killed, ${++kills} times now`);
    }
  }
  const running = [keepOneRunning(), keepOneRunning()];
  running.forEach((one) => void one.catch(() => undefined));
  setup.atEnd(() => over.abort());
  await outbox.closes(Math.floor(messages / 2));
  const settled = await settleDoubts(setup, stack);
  over.abort();
  await events.stop();

  const found = await audit(stack);
  const { sources: _, ...judged } = await judgedFigures(stack);
  const [row] = await outbox.rows<{ reason: string; policy: "hold" | "resend" }>(
    "SELECT closed_reason::text AS reason, on_unknown::text AS policy FROM messages WHERE id = $1",
    [id],
  );
  return {
    figures: { ...found, ...judged, kills, settled, policy: row?.policy },
    bars: {
      ...always(found),
      "no false evidence": judged.falseEvidence === 0 && judged.evidenceStops === 0,
      "no second copy by evidence": judged.secondCopiesByEvidence === 0,
      "it ends": row?.reason === "unknown" && kills <= MOST_KILLS[row.policy],
      "all others arrive": found.sent === found.queued - 1,
    },
  };
}
