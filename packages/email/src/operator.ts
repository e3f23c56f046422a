import { type Db, Prisma } from "@repo/db";
import {
  type Action,
  type ActionCount,
  type ActionOptions,
  type Counted,
  type Selection,
  act,
  countOf,
} from "./message-actions.ts";
import { CANCELLED } from "./cancel.ts";
import { EmailError } from "./error.ts";
import type { LoggedMessage } from "./log.ts";

export type { ActionCount, ActionOptions, Counted, Selection } from "./message-actions.ts";
export type { Decision } from "./decision.ts";
export { type EvidenceStop, allowEvidence, evidenceStops } from "./evidence-stops.ts";
export {
  type RestoredMail,
  cancelRestored,
  restoredMail,
  sendRestored,
  stopAsRestored,
} from "./restore/decide.ts";
export { EmailError } from "./error.ts";

/** What an operator can do with messages of the log. */
export type MessageChange = "retry" | "cancel" | "hold" | "release";

/**
 * How many messages a change would change.
 *
 * @throws EmailError as `changeMessages` does for a selection
 */
export function countMessages(
  db: Db,
  change: MessageChange,
  selection: Selection,
): Promise<Counted> {
  return countOf(db, CHANGES[change], selection);
}

/**
 * Changes messages. Who did it, when and why is stored.
 *
 * - `retry` queues again those that failed or were closed in doubt. Their contents are kept for some
 *   days. It leaves out messages that have expired, and those that an answer or an event reports as
 *   sent.
 * - `cancel` closes those that wait, as `cancel` does for the app.
 * - `hold` keeps those that wait from being sent, until `release`. They still expire. A scheduled
 *   message that is released waits for its time.
 *
 * @throws EmailError `NO_REASON`, `INVALID_ADDRESS`, `INVALID_COUNT`; for a single message also
 *   `NOT_RETRIABLE`, `NOT_WAITING` or `NOT_HELD`, with the reason
 */
export function changeMessages(
  db: Db,
  change: MessageChange,
  selection: Selection,
  options: ActionOptions,
): Promise<ActionCount> {
  return act(db, CHANGES[change], selection, options);
}

/**
 * Makes held messages due if they have expired. The next claim then closes them like all others.
 * Otherwise their contents would be kept for as long as they are held.
 *
 * @returns the number of messages
 */
export async function endHolds(db: Db): Promise<number> {
  return db.$executeRaw`
    UPDATE messages m SET due_at = now() FROM (
      SELECT id FROM messages
      WHERE state = 'queued' AND due_at >= ${HELD_FROM} AND expires_at <= now()
      ORDER BY id FOR UPDATE SKIP LOCKED
    ) ended WHERE m.id = ended.id`;
}

/** Whether an operator holds a message. */
export function isHeld({ state, dueAt }: Pick<LoggedMessage, "state" | "dueAt">): boolean {
  return state === "queued" && dueAt >= HELD_FROM;
}

// A held message is due 6,800 years later, so that its release knows when it had been due: not
// `infinity`, which no Date can be. In hours, because the length of a day depends on a time zone.
const HELD_FROM = new Date("8000-01-01T00:00:00Z");
const HELD = Prisma.sql`interval '59607576 hours'`;

const RETRY: Action = {
  name: "retry",
  possible: Prisma.sql`state = 'closed' AND payload IS NOT NULL
    AND (expires_at IS NULL OR expires_at > now())
    -- Closed messages may still have been sent: the answer may have come after the lease had ended,
    -- and some events do not change the outcome. A message that was in doubt is closed as failed only
    -- if the doubt has ended: by a late answer, or because it was judged unsent. Only in the second
    -- case its calls must be looked at.
    AND (closed_reason = 'failed' AND judged_unsent = 0
      OR NOT EXISTS (SELECT FROM attempts a WHERE a.message_id = m.id AND a.result = 'accepted'))
    AND NOT EXISTS (SELECT FROM events e WHERE e.message_id = m.id)`,
  inDoubt: Prisma.sql`closed_reason = 'unknown'`,
  changes: Prisma.sql`state = 'queued', due_at = now(), closed_reason = NULL, closed_at = NULL,
    resent = resent OR closed_reason = 'unknown'`,
  refusal: (message) =>
    new EmailError("NOT_RETRIABLE", `This email is not sent again: ${whyNotRetried(message)}`),
};

const CANCEL: Action = {
  name: "cancel",
  possible: Prisma.sql`state = 'queued'`,
  inDoubt: Prisma.sql`resent`,
  changes: CANCELLED,
  refusal: notWaiting,
};

const CHANGES: Record<MessageChange, Action> = {
  retry: RETRY,
  cancel: CANCEL,
  hold: {
    ...CANCEL,
    name: "hold",
    possible: Prisma.sql`state = 'queued' AND due_at < ${HELD_FROM}`,
    changes: Prisma.sql`due_at = due_at + ${HELD}`,
    refusal: (message) =>
      isHeld(message)
        ? new EmailError("NOT_WAITING", "This email is held already.")
        : notWaiting(message),
  },
  release: {
    ...CANCEL,
    name: "release",
    possible: Prisma.sql`state = 'queued' AND due_at >= ${HELD_FROM}`,
    changes: Prisma.sql`due_at = GREATEST(now(), due_at - ${HELD})`,
    refusal: () => new EmailError("NOT_HELD", "Nobody holds this email."),
  },
};

function notWaiting({ state, closedReason }: LoggedMessage): EmailError {
  const is = closedReason ?? (state === "unknown" ? "in doubt" : state);
  return new EmailError("NOT_WAITING", `This email does not wait: it is ${is}.`);
}

function whyNotRetried({ state, closedReason, outcome, expiresAt }: LoggedMessage): string {
  if (state !== "closed") return `it is still ${state === "unknown" ? "in doubt" : state}.`;
  if (expiresAt && expiresAt <= new Date()) return "it has expired. The app can queue a new one.";
  if (closedReason === "sent" || outcome !== "none") return "it has been sent.";
  if (closedReason === "unsubscribed") return "its recipient has turned this kind of email off.";
  if (closedReason !== "failed" && closedReason !== "unknown") return `it is ${closedReason}.`;
  return "it may have been sent, or its contents are erased. The app can queue a new one.";
}
