import { always, audit } from "../audit.ts";
import type { Findings, Setup } from "../campaign.ts";
import { evidenceOptions, judgedFigures, settleDoubts } from "../doubt.ts";
import { publishEvents } from "../ses-events.ts";
import { type Stack, openStack } from "../stack.ts";
import { until } from "../until.ts";
import type { WorkerOptions } from "../worker.ts";

// Share of all sends. Half of them end without an answer, half with a 500.
const SHARE = 0.05;
// Share of sends that SES does not get, because the connection ends.
const NOT_TAKEN = 0.02;
// In ms: the latency of SES.
const DELAY = 60;

/** SES accepts the email and its answer is lost. The template's policy decides, without events. */
export async function lostAnswer(setup: Setup): Promise<Findings> {
  const stack = await loseAnswers(setup, { doubtSeconds: { resend: 1, hold: 2 } });
  await stack.outbox.drained();
  const found = await audit(stack);
  return {
    figures: { ...found, answersLost: await answersLost(stack) },
    bars: {
      ...always(found),
      "hold: one copy each": found.copies.hold === 1,
      "resend: two copies at most": found.copies.resend <= 2,
      "each ends sent or closed as unknown": found.sent + found.held === found.queued,
      "none held that was not sent": found.heldUnsent === 0,
    },
  };
}

/**
 * The same, but SES's events arrive: once or twice, in any order, soon after the call. For some
 * emails the connection ends before SES gets them. Evidence finds out which.
 */
export async function lostAnswerEvents(setup: Setup): Promise<Findings> {
  const { lease: _, ...options } = evidenceOptions(setup);
  // Longer than an event takes.
  const doubtSeconds = { resend: setup.quick ? 10 : 60, hold: 60 };
  const stack = await loseAnswers(setup, { ...options, doubtSeconds }, NOT_TAKEN);
  const events = publishEvents(setup, stack);
  await until("every call", async () => {
    const { left } = await stack.outbox.look<"left">(
      "SELECT count(*) AS left FROM messages WHERE state <> 'closed' AND attempt_count = 0",
    );
    return left === 0;
  });
  await stack.ses.behave({ delay: DELAY });
  const settled = await settleDoubts(setup, stack);
  await until("every event", async () => (await deliveredOf(stack)) === stack.outbox.queued.size);
  await events.stop();
  const { sources: _sources, ...judged } = await judgedFigures(stack);
  const found = await audit(stack);
  return {
    figures: {
      ...found,
      ...judged,
      answersLost: await answersLost(stack),
      settled,
      events: events.published(),
    },
    bars: {
      ...always(found),
      "all settled as sent": found.sent === found.queued,
      "no second copy": found.duplicates === 0,
      "no false evidence": judged.falseEvidence === 0 && judged.evidenceStops === 0,
      "every event counts": (await deliveredOf(stack)) === found.queued,
    },
  };
}

async function loseAnswers(
  setup: Setup,
  options: WorkerOptions,
  /** Share of sends whose connection ends before SES takes the email. */
  notTaken = 0,
): Promise<Stack> {
  const stack = await openStack(setup);
  await stack.ses.behave({
    delay: DELAY,
    faults: [
      { fault: "lost-answer", share: SHARE / 2 },
      { fault: "error-after-accept", share: SHARE / 2 },
      { fault: "reset-before-accept", share: notTaken },
    ],
  });
  setup.say(`queueing ${setup.messages} emails`);
  await stack.outbox.fill(setup.messages);
  setup.say(`two workers; ${SHARE * 100} % of the answers are lost`);
  await Promise.all([stack.startWorker(options), stack.startWorker(options)]);
  return stack;
}

async function deliveredOf({ outbox }: Stack): Promise<number> {
  const { delivered } = await outbox.look<"delivered">(
    "SELECT count(*) AS delivered FROM messages WHERE outcome = 'delivered'",
  );
  return delivered;
}

async function answersLost({ outbox }: Stack): Promise<number> {
  const { lost } = await outbox.look<"lost">(
    "SELECT count(*) AS lost FROM attempts WHERE result = 'unknown'",
  );
  return lost;
}
