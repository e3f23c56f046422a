// The states in which the pages of operators are looked at. No worker runs: the rows are its traces.
import { randomUUID } from "node:crypto";
import type { Db } from "@repo/db";
import { PASSWORD } from "./person.ts";
import type { Stack } from "./stack.ts";

/** An account with the role, whose password the app itself has hashed. */
export async function makeOperator({ url, db }: Stack): Promise<void> {
  const email = "operator@example.com";
  const body = JSON.stringify({ name: "Robin Operator", email, password: PASSWORD });
  const headers = { "Content-Type": "application/json" };
  const { status } = await fetch(`${url}/signup`, { method: "POST", headers, body });
  if (status !== 202) throw new Error(`the sign-up answered ${status}`);
  const { passwordHash } = await db.signUp.findFirstOrThrow({ where: { emailKey: email } });
  await db.user.create({
    data: {
      name: "Robin Operator",
      email,
      emailKey: email,
      passwordHash: passwordHash ?? "",
      role: "operator",
    },
  });
}

/** @returns the id of a message to look at */
type Fill = (db: Db) => Promise<string>;

/** The database without anything but the operator. */
export async function emptyAgain(db: Db): Promise<void> {
  await db.$executeRaw`TRUNCATE events, attempts, operator_actions, messages, suppressions,
    suppression_removals, workers, hourly_counts, pending_counts, reset_requests CASCADE`;
  await db.sendingStatus.update({
    where: { id: 1 },
    data: {
      paused: null,
      pausedAt: null,
      pausedBy: null,
      pausedBecause: null,
      stoppedBy: null,
      stoppedAt: null,
      stoppedError: null,
      loweredRate: null,
      maxRate: 14,
      rate: 14,
      max24Hours: 50_000,
      sent24Hours: 12_345,
    },
  });
}

export const STATES = {
  empty: async (db) => addMessage(db, {}),
  busy: async (db) => {
    await addWorkers(db, "10 seconds");
    await addCounts(db, { bounced: 6, complained: 0 });
    return await addMail(db);
  },
  "in trouble": async (db) => {
    await addWorkers(db, "14 minutes");
    await addCounts(db, { bounced: 70, complained: 2 });
    await db.sendingStatus.update({
      where: { id: 1 },
      data: {
        stoppedBy: "misconfigured",
        stoppedAt: new Date(Date.now() - 840_000),
        stoppedError:
          "MessageRejected: Email address is not verified. The following identities failed the check in region EU-WEST-1: example.com",
      },
    });
    // The worker lives, and is stopped.
    await addWorkers(db, "2 seconds");
    return await addMail(db);
  },
} satisfies Record<string, Fill>;

async function addWorkers(db: Db, ago: string): Promise<void> {
  await db.$executeRaw`
    INSERT INTO workers (id, version, started_at, seen_at)
    VALUES (gen_random_uuid(), '1.4.0', now() - interval '3 days', now() - ${ago}::interval)`;
}

async function addCounts(db: Db, bad: { bounced: number; complained: number }): Promise<void> {
  await db.$executeRaw`
    INSERT INTO hourly_counts (hour, dimension, value, kind, count)
    SELECT date_trunc('hour', now()) - h * interval '1 hour', dimension, value, kind,
      GREATEST(0, round(count * share * (1 + 0.6 * sin(h * 0.26)) * (1 + 0.3 * sin(h * 1.7))))::int
    FROM generate_series(0, 167) h, (VALUES
      ('all', '', 1.0), ('template', 'welcome', 0.5), ('template', 'password-reset', 0.3),
      ('template', 'product-update', 0.2), ('domain', 'example.com', 0.6),
      ('domain', 'example.org', 0.3), ('domain', 'other', 0.1), ('source', 'eu-west-1/app', 1.0)
    ) d(dimension, value, share), (VALUES
      ('accepted', 900), ('delivered', 880), ('bounced', ${bad.bounced}::int),
      ('complained', ${bad.complained}::int), ('throttled', 20)
    ) k(kind, count)`;
  await db.$executeRaw`
    INSERT INTO hourly_counts (hour, dimension, value, kind, count)
    SELECT date_trunc('hour', now()) - h * interval '1 hour', 'time', b::text, kind,
      round(400 * exp(-((b - peak - sin(h * 0.3)) ^ 2) / 2))::int
    FROM generate_series(0, 167) h, generate_series(0, 12) b,
      (VALUES ('accepted', 2), ('delivered', 4)) k(kind, peak)`;
}

type MessageData = Parameters<Db["message"]["create"]>[0]["data"];

async function addMessage(db: Db, data: Partial<MessageData>): Promise<string> {
  const time = Date.now().toString(16).padStart(12, "0");
  const to = data.to ?? "person@example.com";
  const { id } = await db.message.create({
    data: {
      id: `${time.slice(0, 8)}-${time.slice(8)}-7${randomUUID().slice(15)}`,
      template: "welcome",
      category: "account",
      to,
      toKey: to,
      onUnknown: "hold",
      state: "closed",
      closedReason: "sent",
      closedAt: new Date(),
      ...data,
    },
  });
  return id;
}

/** Email in every state, suppressions, requests and actions. @returns a message with a history */
async function addMail(db: Db): Promise<string> {
  const sealed = Buffer.from("sealed");
  const waits = { state: "queued", closedReason: null, closedAt: null, payload: sealed } as const;
  const failed = { closedReason: "failed", payload: sealed } as const;
  const error = "MessageRejected: Email address is not verified.";
  for (let i = 0; i < 12; i++) {
    await addMessage(db, { to: `person${i}@example.com`, outcome: "delivered", attemptCount: 1 });
    await addMessage(db, { ...waits, to: `waits${i}@example.com`, template: "product-update" });
  }
  await addMessage(db, { ...waits, category: "security", template: "password-reset", priority: 0 });
  for (let i = 0; i < 3; i++)
    await addMessage(db, { ...failed, to: `failed${i}@example.com`, lastError: error });
  await addMessage(db, { closedReason: "suppressed", to: "bounced@example.com" });
  await addMessage(db, {
    closedReason: "unknown",
    payload: sealed,
    lastError: "TimeoutError: no answer in 10 s",
  });
  const id = await addMessage(db, {
    to: "bounced@example.com",
    outcome: "bounced",
    attemptCount: 2,
  });
  const sesMessageId = "0100018f3c2a1b5d-7b1f2a3c-1111-2222-3333-444455556666-000000";
  const at = (seconds: number) => new Date(Date.now() - 600_000 + seconds * 1000);
  await db.attempt.createMany({
    data: [
      {
        messageId: id,
        number: 1,
        startedAt: at(1),
        finishedAt: at(1.2),
        result: "throttled",
        errorCode: "TooManyRequestsException",
        error: "Maximum sending rate exceeded.",
      },
      {
        messageId: id,
        number: 2,
        startedAt: at(4),
        finishedAt: at(4.1),
        result: "accepted",
        sesMessageId,
      },
    ],
  });
  const event = {
    messageId: id,
    sesMessageId,
    recipient: "bounced@example.com",
    recipientKey: "bounced@example.com",
    dedupeKey: "1",
  };
  const detail = {
    bounceType: "Permanent",
    bounceSubType: "General",
    diagnosticCode:
      "smtp; 550 5.1.1 <bounced@example.com>: Recipient address rejected: User unknown in local recipient table",
    reportingMTA: "dns; mx.example.com",
  };
  await db.event.create({ data: { ...event, type: "Send", occurredAt: at(4.2), detail: {} } });
  await db.event.create({
    data: { ...event, type: "Bounce", effect: "permanent", occurredAt: at(6), detail },
  });
  await db.suppression.create({
    data: {
      addressKey: "bounced@example.com",
      reason: "bounce",
      evidence: { ...detail, sesMessageId },
    },
  });
  await db.suppression.create({
    data: {
      addressKey: "letter@example.com",
      reason: "manual",
      evidence: { by: "Robin Operator", because: "asked by letter" },
    },
  });
  await db.operatorAction.create({
    data: {
      action: "retry",
      messageId: id,
      doneBy: "Robin Operator",
      because: "the sender is verified now",
    },
  });
  await db.operatorAction.create({
    data: {
      action: "lower-rate",
      subject: "5 a second until 2030-01-31T12:00:00.000Z",
      doneBy: "Robin Operator",
      because: "a new address range",
    },
  });
  return id;
}
