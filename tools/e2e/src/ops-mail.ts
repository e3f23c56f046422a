// Email, and what people asked for, as the pages of operators show it.
import { randomUUID } from "node:crypto";
import type { Db } from "@repo/db";
import { PASSWORD } from "./person.ts";
import { type Stack, minutesAgo } from "./stack.ts";

type MessageData = Parameters<Db["message"]["create"]>[0]["data"];

let last = 0;

/** A message that was sent, if `data` says nothing else. Later ones are newer. @returns its id */
export async function addMessage(db: Db, data: Partial<MessageData>): Promise<string> {
  last = Math.max(last + 1, Date.now());
  const time = last.toString(16).padStart(12, "0");
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

const sealed = Buffer.from("sealed");
export const WAITS = {
  state: "queued",
  closedReason: null,
  closedAt: null,
  payload: sealed,
} as const;
export const FAILED = { closedReason: "failed", payload: sealed } as const;

/** Email in every state, suppressions and actions. @returns a message with a history */
export async function addMail(db: Db): Promise<string> {
  const error = "MessageRejected: Email address is not verified.";
  for (let i = 0; i < 12; i++) {
    await addMessage(db, { to: `person${i}@example.com`, outcome: "delivered", attemptCount: 1 });
    await addMessage(db, {
      ...WAITS,
      to: `waits${i}@example.com`,
      template: "product-update",
      category: "digest",
      priority: 3,
      dueAt: minutesAgo(20),
    });
  }
  await addMessage(db, {
    ...WAITS,
    category: "security",
    template: "password-reset",
    priority: 0,
    dueAt: minutesAgo(13),
  });
  for (let i = 0; i < 3; i++)
    await addMessage(db, { ...FAILED, to: `failed${i}@example.com`, lastError: error });
  await addMessage(db, { closedReason: "suppressed", to: "bounced@example.com" });
  await addMessage(db, {
    ...FAILED,
    closedReason: "unknown",
    lastError: "TimeoutError: no answer in 10 s",
  });
  await addDelivered(db);
  const id = await addBounced(db);
  await addSuppressions(db);
  await db.operatorAction.create({
    data: {
      action: "retry",
      messageId: id,
      doneBy: OPERATOR,
      because: "the sender is verified now",
    },
  });
  await db.operatorAction.create({
    data: {
      action: "lower-rate",
      subject: "5 a second until 2030-01-31 12:00 UTC",
      doneBy: OPERATOR,
      because: "a new address range",
    },
  });
  return id;
}

const OPERATOR = "Robin Operator (0198c0de-0000-7000-8000-000000000000)";
const SES_ID = "0100018f3c2a1b5d-7b1f2a3c-1111-2222-3333-444455556666-00000";
const at = (seconds: number) => new Date(minutesAgo(10).getTime() + seconds * 1000);
const BOUNCE = {
  bounceType: "Permanent",
  bounceSubType: "General",
  diagnosticCode:
    "smtp; 550 5.1.1 <bounced@example.com>: Recipient address rejected: User unknown in local recipient table",
  reportingMTA: "dns; mx.example.com",
};

/** Sent at the second attempt. It bounced. */
async function addBounced(db: Db): Promise<string> {
  const to = "bounced@example.com";
  const messageId = await addMessage(db, {
    to,
    outcome: "bounced",
    attemptCount: 2,
    createdAt: at(0),
    closedAt: at(4.1),
  });
  const sesMessageId = `${SES_ID}0`;
  await db.attempt.createMany({
    data: [
      {
        messageId,
        number: 1,
        startedAt: at(1),
        finishedAt: at(1.2),
        result: "throttled",
        errorCode: "TooManyRequestsException",
        error: "Maximum sending rate exceeded.",
      },
      {
        messageId,
        number: 2,
        startedAt: at(4),
        finishedAt: at(4.1),
        result: "accepted",
        sesMessageId,
      },
    ],
  });
  const event = { messageId, sesMessageId, recipient: to, recipientKey: to, dedupeKey: "1" };
  await db.event.createMany({
    data: [
      { ...event, type: "Send", occurredAt: at(4.2), detail: {} },
      { ...event, type: "Bounce", effect: "permanent", occurredAt: at(6), detail: BOUNCE },
    ],
  });
  return messageId;
}

/** Sent, and delivered. */
async function addDelivered(db: Db): Promise<void> {
  const to = "delivered@example.com";
  const messageId = await addMessage(db, {
    to,
    outcome: "delivered",
    attemptCount: 1,
    createdAt: at(0),
    closedAt: at(1),
  });
  const sesMessageId = `${SES_ID}1`;
  const attempt = { startedAt: at(0.9), finishedAt: at(1), result: "accepted", sesMessageId };
  await db.attempt.create({ data: { messageId, number: 1, ...attempt } });
  const event = { messageId, sesMessageId, recipient: to, recipientKey: to, dedupeKey: "1" };
  const detail = { smtpResponse: "250 2.6.0 Message received", processingTimeMillis: 1200 };
  await db.event.create({ data: { ...event, type: "Delivery", occurredAt: at(2), detail } });
}

async function addSuppressions(db: Db): Promise<void> {
  await db.suppression.createMany({
    data: [
      {
        addressKey: "bounced@example.com",
        reason: "bounce",
        evidence: { ...BOUNCE, sesMessageId: `${SES_ID}0` },
        createdAt: at(6),
      },
      {
        addressKey: "letter@example.com",
        reason: "manual",
        evidence: { by: OPERATOR, because: "asked by letter" },
      },
      {
        addressKey: "full@example.com",
        reason: "soft_bounces",
        evidence: { ...BOUNCE, bounceType: "Transient", bounceSubType: "MailboxFull" },
        expiresAt: new Date(Date.now() + 13 * 24 * 3_600_000),
      },
      { addressKey: "annoyed@example.com", reason: "complaint", evidence: {} },
    ],
  });
  await db.emailPreference.create({
    data: {
      addressKey: "letter@example.com",
      category: "digest",
      wanted: false,
      changedBy: "link",
    },
  });
}

/** A new password and a new account, asked for with `asked@example.com`. Nobody opened a link. */
export async function addRequests({ url, db }: Stack): Promise<void> {
  const email = "asked@example.com";
  const ask = async (path: string, fields: object) => {
    const headers = { "Content-Type": "application/json" };
    const body = JSON.stringify({ email, ...fields });
    const { status } = await fetch(`${url}${path}`, { method: "POST", headers, body });
    if (status !== 202) throw new Error(`${path} answered ${status}`);
  };
  await ask("/forgot-password", {});
  await db.resetRequest.updateMany({
    data: { handledAt: new Date(), email: null, result: "no_account", createdAt: minutesAgo(1) },
  });
  await ask("/signup", { name: "Sam", password: PASSWORD });
}
