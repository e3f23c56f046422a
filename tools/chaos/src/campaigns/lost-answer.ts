import { setTimeout as sleep } from "node:timers/promises";
import { createDb } from "@repo/db";
import { type SesEvent, applyEvents } from "@repo/email/events";
import { always, audit } from "../audit.ts";
import type { Findings, Setup } from "../campaign.ts";
import { type Stack, openStack } from "../stack.ts";

// Of all sends: half of them end without an answer, half with a 500.
const SHARE = 0.05;
const EVENTS_MS = 1_000;
const BATCH = 100;

/** SES takes the email and its answer is lost: the template's policy decides, and no event helps. */
export async function lostAnswer(setup: Setup): Promise<Findings> {
  const stack = await loseAnswers(setup, { resend: 1, hold: 2 });
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

/** The same, and SES's events come in: each once or twice, in any order, soon after the call. */
export async function lostAnswerEvents(setup: Setup): Promise<Findings> {
  const stack = await loseAnswers(setup, { resend: 60, hold: 60 });
  const published = await publishEvents(setup, stack);
  const found = await audit(stack);
  const { delivered } = await stack.outbox.look<"delivered">(
    "SELECT count(*) AS delivered FROM messages WHERE outcome = 'delivered'",
  );
  return {
    figures: { ...found, answersLost: await answersLost(stack), events: published, delivered },
    bars: {
      ...always(found),
      "all settled as sent": found.sent === found.queued,
      "no second copy": found.duplicates === 0,
      "every event counts": delivered === found.queued,
    },
  };
}

async function loseAnswers(
  setup: Setup,
  unknownWait: { resend: number; hold: number },
): Promise<Stack> {
  const stack = await openStack(setup);
  await stack.ses.behave({
    faults: [
      { fault: "lost-answer", share: SHARE / 2 },
      { fault: "error-after-accept", share: SHARE / 2 },
    ],
  });
  setup.say(`queueing ${setup.messages} emails`);
  await stack.outbox.fill(setup.messages);
  setup.say(`two workers; ${SHARE * 100} % of the answers are lost`);
  await Promise.all([stack.startWorker({ unknownWait }), stack.startWorker({ unknownWait })]);
  return stack;
}

async function answersLost({ outbox }: Stack): Promise<number> {
  const { lost } = await outbox.look<"lost">(
    "SELECT count(*) AS lost FROM attempts WHERE result = 'unknown'",
  );
  return lost;
}

/** Until every email is closed and spoken of. @returns how many events there were */
async function publishEvents(setup: Setup, { outbox, ses }: Stack): Promise<number> {
  const db = createDb(outbox.url, { poolSize: 1 });
  setup.atEnd(() => db.$disconnect());
  const spokenOf = new Set<string>();
  let published = 0;
  for (const deadline = performance.now() + 600_000; performance.now() < deadline;) {
    const events: SesEvent[] = [];
    for (const [messageId, { messageIds }] of Object.entries(await ses.tally())) {
      for (const sesMessageId of messageIds) {
        if (spokenOf.has(sesMessageId)) continue;
        spokenOf.add(sesMessageId);
        events.push(...["Send", "Delivery"].map((type) => event(type, messageId, sesMessageId)));
      }
    }
    events.push(...events.filter(() => setup.random() < 0.1));
    const shuffled = events
      .map((each) => ({ each, at: setup.random() }))
      .toSorted((a, b) => a.at - b.at)
      .map(({ each }) => each);
    for (let i = 0; i < shuffled.length; i += BATCH) {
      await applyEvents(db, shuffled.slice(i, i + BATCH));
    }
    published += shuffled.length;
    if (events.length === 0 && (await outbox.closed()) === outbox.queued.size) return published;
    await sleep(EVENTS_MS);
  }
  throw new Error("the events did not close every email in ten minutes");
}

function event(type: string, messageId: string, sesMessageId: string): SesEvent {
  return {
    type,
    messageId,
    sesMessageId,
    recipient: "person@example.com",
    dedupeKey: type,
    occurredAt: new Date(),
    detail: {},
  };
}
