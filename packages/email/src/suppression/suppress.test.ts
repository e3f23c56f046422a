import { fork } from "node:child_process";
import { once } from "node:events";
import type { Outcome } from "@repo/db";
import { createTestDb } from "@repo/db/testing";
import { full } from "@repo/testing/full";
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from "vitest";
import { uuidv7 } from "../uuid.ts";
import { applyEvents } from "../events/apply.ts";
import { attachEvents } from "../events/attach.ts";
import type { SesEvent } from "../events/event.ts";
import type { Effect } from "./effect.ts";

let test: Awaited<ReturnType<typeof createTestDb>>;
beforeAll(async () => {
  test = await createTestDb();
});
afterAll(() => test.drop());

// What a test states about an event. The rest follows from its place in the set.
const KINDS = {
  send: ["Send"],
  delay: ["DeliveryDelay"],
  delivery: ["Delivery"],
  reject: ["Reject"],
  open: ["Open"],
  permanent: ["Bounce", "permanent"],
  soft: ["Bounce", "soft"],
  // A bounce without an effect on its recipient.
  outOfOffice: ["Bounce"],
  // A bounce that blames the message.
  tooLarge: ["Bounce", "message"],
  complaint: ["Complaint", "complaint"],
  // A complaint that no person made.
  authFailure: ["Complaint"],
  notSpam: ["Complaint", "not-spam"],
} as const satisfies Record<string, readonly [string, Effect?]>;

interface Step {
  kind: keyof typeof KINDS;
  /** When it happened. */
  day: number;
  /** Which of the person's messages it is about. Default: the first. */
  message?: number;
}

const DAY = 24 * 60 * 60_000;
const START = Date.UTC(2030, 0, 1);
const at = (day: number) => new Date(START + day * DAY);

let people = 0;

/** A person, the messages to them, and the events of the steps. */
function person(steps: Step[]) {
  const address = `person-${++people}@example.com`;
  const messages = [...new Set(steps.map(({ message = 0 }) => message))].map((number) => ({
    number,
    id: uuidv7(),
    sesMessageId: `ses-${people}-${number}`,
  }));
  const events = steps.map(({ kind, day, message = 0 }, i): SesEvent => {
    const [type, effect] = KINDS[kind] as readonly [string, Effect?];
    return {
      sesMessageId: `ses-${people}-${message}`,
      type,
      // As some servers spell it in their reports.
      recipient: i % 2 ? address : address.toUpperCase(),
      dedupeKey: `feedback-${i}`,
      occurredAt: at(day),
      detail: { step: i },
      effect,
    };
  });
  return { address, steps, messages, events };
}

type Person = ReturnType<typeof person>;

/** The messages as the worker leaves them after their calls, before it stores the answers. */
async function queue(those: Person[]): Promise<void> {
  const messages = those.flatMap(({ address, messages: all }) =>
    all.map(({ id }) => ({ id, address })),
  );
  await test.db.message.createMany({
    data: messages.map(({ id, address }) => ({
      id,
      template: "welcome",
      category: "account",
      to: address,
      toKey: address,
      onUnknown: "resend" as const,
      state: "unknown" as const,
      payload: Buffer.from("sealed"),
    })),
  });
}

/** Settles the calls: SES's ids are known from now on. */
async function commitSend({ messages }: Person): Promise<void> {
  await test.db.attempt.createMany({
    data: messages.map(({ id, sesMessageId }) => ({
      messageId: id,
      number: 1,
      finishedAt: new Date(),
      result: "accepted",
      sesMessageId,
    })),
  });
  await attachEvents(test.db, {
    sesMessageIds: messages.map(({ sesMessageId }) => sesMessageId),
  });
}

interface Suppressed {
  reason: string;
  since: Date;
  until: Date | null;
  /** The place of the event that it is for. */
  step: number;
  notSpamAt: Date | undefined;
}

/** The policy again, in TypeScript: by all events, in the order of their times. */
function expected(steps: Step[]): Suppressed | null {
  const timed = steps
    .map((step, i) => ({ ...step, i, id: `${step.message ?? 0}/feedback-${i}` }))
    .sort((a, b) => a.day - b.day || (a.id < b.id ? -1 : 1));
  const first = (kind: Step["kind"]) => timed.find((step) => step.kind === kind);
  const forGood = (reason: string, step: (typeof timed)[number], notSpamDay?: number) => ({
    reason,
    since: at(step.day),
    until: null,
    step: step.i,
    notSpamAt: notSpamDay === undefined ? undefined : at(notSpamDay),
  });
  const complaint = first("complaint");
  if (complaint) return forGood("complaint", complaint, first("notSpam")?.day);
  const permanent = first("permanent");
  if (permanent) return forGood("bounce", permanent);
  const soft = timed.filter(({ kind }) => kind === "soft");
  const last = soft.findLast(({ day }, i) => i >= 4 && day - (soft[i - 4]?.day ?? 0) <= 30);
  return last
    ? {
        reason: "soft-bounces",
        since: at(last.day),
        until: at(last.day + 14),
        step: last.i,
        notSpamAt: undefined,
      }
    : null;
}

const ORDER: Outcome[] = [
  "none",
  "sent",
  "delayed",
  "delivered",
  "rejected",
  "bounced",
  "complained",
];
const OUTCOMES: Record<string, Outcome> = {
  Send: "sent",
  DeliveryDelay: "delayed",
  Delivery: "delivered",
  Reject: "rejected",
  Bounce: "bounced",
  Complaint: "complained",
};

/** Each person's state in the end: the suppression, the outcomes, the rows of events. */
async function ends(those: Person[]) {
  const keys = those.map(({ address }) => address);
  const ids = those.flatMap(({ messages }) => messages.map(({ id }) => id));
  const [suppressions, messages, events] = await Promise.all([
    test.db.$queryRaw<
      {
        address_key: string;
        reason: string;
        created_at: Date;
        expires_at: Date | null;
        step: number;
        not_spam_at: string | null;
      }[]
    >`
      SELECT address_key, reason::text, created_at, expires_at, (evidence ->> 'step')::int AS step,
        evidence ->> 'notSpamAt' AS not_spam_at
      FROM suppressions WHERE address_key = ANY(${keys})`,
    test.db.message.findMany({ where: { id: { in: ids } }, select: { id: true, outcome: true } }),
    test.db.event.findMany({
      where: { recipientKey: { in: keys } },
      select: { recipientKey: true, messageId: true, dedupeKey: true },
    }),
  ]);
  const outcomes = new Map(messages.map(({ id, outcome }) => [id, outcome]));
  return those.map(({ address, messages: own }) => {
    const row = suppressions.find(({ address_key }) => address_key === address);
    return {
      suppression: row
        ? {
            reason: row.reason,
            since: row.created_at,
            until: row.expires_at,
            step: row.step,
            notSpamAt: row.not_spam_at === null ? undefined : new Date(row.not_spam_at),
          }
        : null,
      outcomes: own.map(({ id }) => outcomes.get(id)),
      events: events
        .filter(({ recipientKey }) => recipientKey === address)
        .map(({ dedupeKey, messageId }) => ({
          dedupeKey,
          message: own.find(({ id }) => id === messageId)?.number,
        }))
        .sort((a, b) => (a.dedupeKey < b.dedupeKey ? -1 : 1)),
    };
  });
}

function expectedEnd({ steps, events, messages }: Person) {
  return {
    suppression: expected(steps),
    outcomes: messages.map(({ number }) => {
      const all = steps
        .filter(({ message = 0 }) => message === number)
        .map(({ kind }) => {
          if (kind === "outOfOffice" || kind === "notSpam") return "delivered";
          if (kind === "authFailure") return "sent";
          return OUTCOMES[KINDS[kind][0]] ?? "none";
        });
      return ORDER.findLast((outcome) => all.includes(outcome)) ?? "none";
    }),
    events: events
      .map(({ dedupeKey }, i) => ({ dedupeKey, message: steps[i]?.message ?? 0 }))
      .sort((a, b) => (a.dedupeKey < b.dedupeKey ? -1 : 1)),
  };
}

const softOn = (...days: number[]): Step[] =>
  days.map((day, message) => ({ kind: "soft", day, message }));

const SETS: [name: string, suppression: string | null, steps: Step[]][] = [
  [
    "delivered after a delay",
    null,
    [
      { kind: "send", day: 0 },
      { kind: "delay", day: 1 },
      { kind: "delivery", day: 2 },
      { kind: "open", day: 3 },
    ],
  ],
  [
    "bounced for good",
    "bounce",
    [
      { kind: "send", day: 0 },
      { kind: "delay", day: 0 },
      { kind: "permanent", day: 1 },
    ],
  ],
  [
    "bounced twice for good, delivered before, between and after",
    "bounce",
    [
      { kind: "delivery", day: 0 },
      { kind: "permanent", day: 1 },
      { kind: "delivery", day: 2 },
      { kind: "permanent", day: 3 },
      { kind: "delivery", day: 4, message: 1 },
    ],
  ],
  [
    "delivered, opened, complained of",
    "complaint",
    [
      { kind: "send", day: 0 },
      { kind: "delivery", day: 1 },
      { kind: "open", day: 1 },
      { kind: "complaint", day: 2 },
      { kind: "delivery", day: 3, message: 1 },
    ],
  ],
  [
    "complained of, with bounces before and after",
    "complaint",
    [
      { kind: "permanent", day: 0, message: 1 },
      { kind: "complaint", day: 1 },
      { kind: "permanent", day: 2, message: 2 },
      { kind: "soft", day: 3 },
      { kind: "complaint", day: 4, message: 3 },
    ],
  ],
  [
    "complained of, and taken back",
    "complaint",
    [
      { kind: "send", day: 0 },
      { kind: "complaint", day: 1 },
      { kind: "notSpam", day: 2 },
      { kind: "delivery", day: 3, message: 1 },
      { kind: "notSpam", day: 4 },
    ],
  ],
  ["five soft bounces in thirty days", "soft-bounces", softOn(0, 7, 14, 21, 30)],
  ["five soft bounces in more than thirty days", null, softOn(0, 7, 14, 21, 31)],
  [
    "four soft bounces, then one for good",
    "bounce",
    [...softOn(0, 1, 2, 3), { kind: "permanent", day: 4 }],
  ],
  [
    "one that was too large, and four soft bounces",
    null,
    [{ kind: "tooLarge", day: 0 }, ...softOn(1, 2, 3, 4)],
  ],
  [
    "five that were too large, and one that no server could authenticate",
    null,
    [
      ...[0, 1, 2, 3, 4].map((day): Step => ({ kind: "tooLarge", day, message: day })),
      { kind: "authFailure", day: 5, message: 5 },
    ],
  ],
  [
    "five out-of-office replies",
    null,
    [1, 2, 3, 4, 5].map((day): Step => ({
      kind: "outOfOffice",
      day,
    })),
  ],
];

// Each set has 120 orders.
const ORDERS = full ? Infinity : 3;

describe("ends the same in every order", () => {
  it.each(SETS)("%s: %s", async (_name, reason, steps) => {
    const orders = some(permutations(steps.map((_, i) => i)), ORDERS);
    const all = orders.map(() => person(steps));
    await queue(all);
    let next = 0;
    await Promise.all(
      Array.from({ length: 8 }, async () => {
        for (let n = next++; n < orders.length; n = next++) {
          const one = all[n]!;
          // Before the first event, after the last, or between any two.
          const sentAfter = n % (steps.length + 1);
          for (const [i, place] of [...orders[n]!, -1].entries()) {
            if (i === sentAfter) await commitSend(one);
            if (place >= 0) await applyEvents(test.db, [one.events[place]!]);
          }
        }
      }),
    );
    expect(expected(steps)?.reason ?? null).toBe(reason);
    expect(await ends(all)).toEqual(all.map(expectedEnd));
  });
});

// Few days and messages, so that several events are of the same time and about the same message.
const STEP = fc.record({
  kind: fc.constantFrom<Step["kind"]>(
    "send",
    "delay",
    "delivery",
    "reject",
    "open",
    "outOfOffice",
    "notSpam",
    "soft",
    "soft",
    "soft",
    "soft",
    "soft",
    "soft",
    "permanent",
    "complaint",
  ),
  day: fc.nat({ max: 45 }),
  message: fc.nat({ max: 2 }),
});
const SEQUENCE = fc.oneof(
  fc.array(STEP, { minLength: 1, maxLength: 10 }),
  // Without events that suppress for good, which would hide the effects of the others.
  fc.array(
    STEP.filter(({ kind }) => kind !== "permanent" && kind !== "complaint"),
    {
      minLength: 5,
      maxLength: 12,
    },
  ),
);

const SEQUENCES = full ? 1_000 : 15;

// Only the full run starts a second process, because that takes longer than a quick run's
// sequences.
it(`ends the same for ${SEQUENCES} random sequences, each event one to three times, by two ${full ? "processes" : "callers"} at once`, async () => {
  const seed = 1;
  const random = fc.sample(fc.nat(), { seed, numRuns: SEQUENCES * 50 });
  const draw = (below: number) => (random.pop() ?? 0) % below;
  const sequences = fc.sample(SEQUENCE, { seed, numRuns: SEQUENCES });
  const reasons = new Set<string | undefined>();
  let applyElsewhere = (events: SesEvent[]) => applyEvents(test.db, events);
  if (full) {
    const other = await startApplier(test.url);
    onTestFinished(() => other.stop());
    applyElsewhere = (events) => other.apply(events);
  }
  // Many people at a time, so that batches hold several of them, in different orders.
  while (sequences.length > 0) {
    const all = sequences.splice(0, 100).map(person);
    await queue(all);
    const repeated = all
      .flatMap(({ events }) => events.flatMap((e) => Array<SesEvent>(1 + draw(3)).fill(e)))
      .map((event) => ({ event, place: draw(2 ** 30) }))
      .sort((a, b) => a.place - b.place)
      .map(({ event }) => event);
    const batches: [SesEvent[][], SesEvent[][]] = [[], []];
    while (repeated.length > 0) batches[draw(2)]!.push(repeated.splice(0, 1 + draw(12)));
    const [stored, storedByOther] = await Promise.all([
      drain(batches[0], (events) => applyEvents(test.db, events)),
      drain(batches[1], applyElsewhere),
      Promise.all(all.map(commitSend)),
    ]);
    expect(stored + storedByOther).toBe(all.flatMap(({ events }) => events).length);
    expect(await ends(all)).toEqual(all.map(expectedEnd));
    for (const { steps } of all) reasons.add(expected(steps)?.reason);
  }
  expect(random.length).toBeGreaterThan(0);
  // The quick run has too few sequences to reach all reasons.
  if (full) expect(reasons).toEqual(new Set([undefined, "soft-bounces", "bounce", "complaint"]));
});

it("suppresses at once by an event that comes before its call is settled, and attaches it later", async () => {
  const early = person([{ kind: "permanent", day: 0 }]);
  await queue([early]);
  await applyEvents(test.db, early.events);
  expect(await ends([early])).toMatchObject([
    { suppression: { reason: "bounce" }, outcomes: ["none"], events: [{ message: undefined }] },
  ]);
  await commitSend(early);
  expect(await ends([early])).toEqual([expectedEnd(early)]);
});

it("suppresses by an event about a message that nobody knows", async () => {
  const stranger = person([{ kind: "complaint", day: 0 }]);
  await applyEvents(test.db, stranger.events);
  expect(await ends([stranger])).toMatchObject([
    { suppression: { reason: "complaint" }, events: [{ message: undefined }] },
  ]);
});

it("suppresses the mailbox simulator's addresses like any other, each label for itself", async () => {
  const [first] = person([{ kind: "permanent", day: 0 }]).events;
  await applyEvents(test.db, [
    { ...first!, recipient: "Bounce <bounce+label@simulator.amazonses.com>" },
  ]);
  const found = await test.db.suppression.findMany({
    where: { addressKey: { endsWith: "simulator.amazonses.com" } },
  });
  expect(found).toMatchObject([{ addressKey: "bounce+label@simulator.amazonses.com" }]);
});

it("counts by the policy of its caller", async () => {
  const two = person(softOn(0, 3));
  await applyEvents(test.db, two.events, { policy: { softBounces: 2, withinDays: 3, forDays: 1 } });
  expect(await ends([two])).toMatchObject([{ suppression: { since: at(3), until: at(4) } }]);
});

/** A random choice of `count` items, different in each run. */
function some<T>(all: T[], count: number): T[] {
  if (count >= all.length) return all;
  const sizes = { minLength: count, maxLength: count };
  return fc.sample(fc.shuffledSubarray(all, sizes), 1)[0] ?? [];
}

function permutations(places: number[]): number[][] {
  if (places.length < 2) return [places];
  return places.flatMap((place) =>
    permutations(places.filter((each) => each !== place)).map((rest) => [place, ...rest]),
  );
}

/** @returns how many were stored */
async function drain(
  batches: SesEvent[][],
  apply: (events: SesEvent[]) => Promise<{ stored: number }>,
): Promise<number> {
  let sum = 0;
  await Promise.all(
    Array.from({ length: 3 }, async () => {
      for (let batch = batches.pop(); batch; batch = batches.pop()) {
        const { stored } = await apply(batch);
        sum += stored;
      }
    }),
  );
  return sum;
}

interface Answer {
  id: number;
  stored?: number;
  error?: string;
}

/** A second process on the same database. */
async function startApplier(url: string) {
  const child = fork(`${import.meta.dirname}/../events/test-applier.ts`, [url]);
  const waiting = new Map<number, (answer: Answer) => void>();
  await once(child, "message");
  child.on("message", (answer: Answer) => waiting.get(answer.id)?.(answer));
  let count = 0;
  return {
    async apply(events: SesEvent[]): Promise<{ stored: number }> {
      const id = ++count;
      const answered = new Promise<Answer>((resolve) => waiting.set(id, resolve));
      child.send({ id, events });
      const { stored = 0, error } = await answered;
      if (error) throw new Error(error);
      return { stored };
    },
    async stop() {
      const exited = once(child, "exit");
      child.disconnect();
      await exited;
    },
  };
}
