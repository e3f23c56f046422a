// Helpers of the tests of suppression: people with messages and events, and the policy a second
// time, in TypeScript.
import type { Db, Outcome } from "@repo/db";
import { attachEvents } from "../events/attach.ts";
import type { SesEvent } from "../events/event.ts";
import { uuidv7 } from "../uuid.ts";
import type { Effect } from "./effect.ts";

// What a test says about an event. Its other fields follow from its place in the list.
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

export interface Step {
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
export function person(steps: Step[]) {
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
export async function queue(db: Db, those: Person[]): Promise<void> {
  const messages = those.flatMap(({ address, messages: all }) =>
    all.map(({ id }) => ({ id, address })),
  );
  await db.message.createMany({
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
export async function commitSend(db: Db, { messages }: Person): Promise<void> {
  await db.attempt.createMany({
    data: messages.map(({ id, sesMessageId }) => ({
      messageId: id,
      number: 1,
      finishedAt: new Date(),
      result: "accepted",
      sesMessageId,
    })),
  });
  await attachEvents(db, {
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
export function expected(steps: Step[]): Suppressed | null {
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
export async function ends(db: Db, those: Person[]) {
  const keys = those.map(({ address }) => address);
  const ids = those.flatMap(({ messages }) => messages.map(({ id }) => id));
  const [suppressions, messages, events] = await Promise.all([
    db.$queryRaw<
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
    db.message.findMany({ where: { id: { in: ids } }, select: { id: true, outcome: true } }),
    db.event.findMany({
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

export function expectedEnd({ steps, events, messages }: Person) {
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
