import { always, audit } from "../audit.ts";
import type { Findings, Setup } from "../campaign.ts";
import { evidenceOptions, judgedFigures, settleDoubts } from "../doubt.ts";
import { publishEvents } from "../ses-events.ts";
import { type Stack, openStack } from "../stack.ts";
import type { WorkerOptions } from "../worker.ts";

// In ms: the latency of SES.
const DELAY = 60;
const SECURITY_SET = "app-security";

/**
 * Kills (-9) a random worker again and again while SES's events arrive. The events settle the
 * doubts.
 */
export async function killWorkerEvents(setup: Setup): Promise<Findings> {
  const stack = await openStack(setup);
  const events = publishEvents(setup, stack);
  const options = evidenceOptions(setup);
  const took = await killAgainAndAgain(setup, stack, options);
  const settled = await settleDoubts(setup, stack);
  await events.stop();
  const found = await audit(stack);
  const { sources: _, ...judged } = await judgedFigures(stack);
  return {
    figures: { ...found, ...took, ...judged, settled, events: events.published() },
    bars: {
      ...always(found),
      ...noFalseEvidence(judged),
      "the horizon is longer than the kills last":
        setup.quick || took.killing < options.evidence.horizon,
      "none held that was not sent": found.heldUnsent === 0,
      "none held": found.held === 0,
      "evidence has settled some": judged.judged > 0,
    },
  };
}

/** The same, but the events stop halfway. From then on nothing is judged. */
export async function eventsStop(setup: Setup): Promise<Findings> {
  const stack = await openStack(setup);
  const events = publishEvents(setup, stack);
  const options = evidenceOptions(setup, setup.quick ? 30 : 420);
  const took = await killAgainAndAgain(setup, stack, options, async () => {
    setup.say("the stream of events dies");
    await events.stop();
  });
  const settled = await settleDoubts(setup, stack);
  const found = await audit(stack);
  const { sources: _, ...judged } = await judgedFigures(stack);
  return {
    figures: { ...found, ...took, ...judged, settled, events: events.published() },
    bars: {
      ...always(found),
      ...noFalseEvidence(judged),
      "emails in doubt after that are held": found.held > 0,
      "hold: one copy each": found.copies.hold === 1,
    },
  };
}

/** The same, but one of two configuration sets publishes no events. Its doubts stay. */
export async function eventsPartial(setup: Setup): Promise<Findings> {
  const stack = await openStack(setup);
  const security = new Set<string>();
  const learn = setInterval(() => {
    const sql = "SELECT id FROM messages WHERE category = 'security'";
    void stack.outbox.rows<{ id: string }>(sql).then(
      (rows) => {
        for (const { id } of rows) security.add(id);
      },
      () => undefined,
    );
  }, 500);
  setup.atEnd(() => clearInterval(learn));
  const events = publishEvents(setup, stack, (id) => security.has(id));
  const options = {
    ...evidenceOptions(setup, setup.quick ? 30 : 420),
    securityConfigurationSet: SECURITY_SET,
  };
  const took = await killAgainAndAgain(setup, stack, options);
  const settled = await settleDoubts(setup, stack);
  await events.stop();
  const found = await audit(stack);
  const { sources, ...judged } = await judgedFigures(stack);
  const { silent } = await stack.outbox.look<"silent">(
    "SELECT count(*) AS silent FROM messages WHERE category = 'security' AND closed_reason = 'unknown'",
  );
  return {
    figures: { ...found, ...took, ...judged, settled, events: events.published() },
    bars: {
      ...always(found),
      ...noFalseEvidence(judged),
      "only the set with events is judged":
        sources.length === 1 && sources[0] === `us-east-1/${SECURITY_SET}`,
      "none of that set is held": silent === 0,
      "those of the other set are held": found.held > 0,
    },
  };
}

/** @returns how many kills, and how many seconds they took */
async function killAgainAndAgain(
  { messages, random, quick, say }: Setup,
  stack: Stack,
  options: WorkerOptions,
  halfWay?: () => Promise<void>,
): Promise<{ kills: number; killing: number }> {
  const { outbox } = stack;
  const kills = quick ? 4 : 100;
  await stack.ses.behave({ delay: DELAY });
  const workers = await Promise.all([stack.startWorker(options), stack.startWorker(options)]);
  const start = performance.now();
  for (let kill = 1; kill <= kills; kill++) {
    const share = Math.round((messages * kill) / kills) - outbox.queued.size;
    await outbox.fill(share);
    await outbox.closes(Math.floor((random() * share) / 2));
    const victim = Math.floor(random() * workers.length);
    await workers[victim]?.stop("SIGKILL");
    workers[victim] = await stack.startWorker(options);
    if (kill % 10 === 0 || kill === kills) say(`${kill} of ${kills} kills`);
    if (kill === kills / 2) await halfWay?.();
  }
  return { kills, killing: Math.round((performance.now() - start) / 1000) };
}

function noFalseEvidence(judged: {
  falseEvidence: number;
  secondCopiesByEvidence: number;
  evidenceStops: number;
}): Record<string, boolean> {
  return {
    "no false evidence": judged.falseEvidence === 0 && judged.evidenceStops === 0,
    "no second copy by evidence": judged.secondCopiesByEvidence === 0,
  };
}
