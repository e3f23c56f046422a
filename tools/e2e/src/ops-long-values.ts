// The longest values that may stand on a page of operators.
import type { Db } from "@repo/db";
import { FAILED, WAITS, addMessage } from "./ops-mail.ts";

/** Of 254 characters, the most that an address may have (RFC 5321, 4.5.3.1.3). */
export const LONG_ADDRESS = `${"a-long-name.".repeat(5)}tail@${"a-long-domain.".repeat(12)}a-longer-name.example`;
const TEMPLATE = "a-template-with-a-very-long-name-that-somebody-has-given-it-";
/** An answer of a server, in one word and in many. */
const ANSWER = `MessageRejected: ${"unbroken".repeat(20)} ${"a long answer of a server ".repeat(33)}`;
const REASON = "because of a long story that an operator has told ".repeat(10).trim();
const NAME = "Robin Operator with a very long name ".repeat(5).trim();

/** @returns a message that failed, with a history */
export async function addLongValues(db: Db): Promise<string> {
  const long = { to: LONG_ADDRESS, template: TEMPLATE, lastError: ANSWER } as const;
  await db.sendingStatus.update({
    where: { id: 1 },
    data: {
      paused: "all",
      pausedAt: new Date(),
      pausedBy: NAME,
      pausedBecause: REASON,
      loweredRate: 0.123456789,
      loweredUntil: new Date(Date.now() + 3_600_000),
      loweredBecause: REASON,
      maxRate: 123_456.789,
      max24Hours: 1_000_000_000,
      sent24Hours: 999_999_999,
    },
  });
  await db.$executeRaw`
    INSERT INTO workers (id, version, started_at)
    VALUES (gen_random_uuid(), ${"0123456789abcdef".repeat(4)}, now() - interval '300 days')`;
  await db.$executeRaw`
    INSERT INTO hourly_counts (hour, dimension, value, kind, count)
    SELECT date_trunc('hour', now()) - h * interval '1 hour', dimension, value, kind, count
    FROM generate_series(0, 167) h, (VALUES
      ('all', ''), ('template', ${TEMPLATE}), ('domain', ${LONG_ADDRESS.split("@")[1]}),
      ('source', ${`eu-west-1/${"a-long-configuration-set".repeat(2)}`})
    ) d(dimension, value), (VALUES
      ('accepted', 12345678), ('delivered', 12345678), ('bounced', 1234567), ('complained', 123456)
    ) k(kind, count)`;
  await addMessage(db, {
    ...long,
    ...WAITS,
    category: "a-category-with-a-long-name",
    attemptCount: 1,
  });
  const messageId = await addMessage(db, { ...long, ...FAILED, attemptCount: 1 });
  const now = new Date();
  await db.attempt.create({
    data: {
      messageId,
      number: 1,
      finishedAt: now,
      result: "failed",
      errorCode: "MessageRejected",
      error: ANSWER,
    },
  });
  await db.event.create({
    data: {
      messageId,
      sesMessageId: "0100018f-long",
      type: "Bounce",
      effect: "permanent",
      recipient: LONG_ADDRESS,
      recipientKey: LONG_ADDRESS,
      dedupeKey: "1",
      occurredAt: now,
      detail: { bounceType: "Permanent", diagnosticCode: ANSWER, named: LONG_ADDRESS },
    },
  });
  const evidence = { by: NAME, because: REASON };
  await db.suppression.create({
    data: { addressKey: LONG_ADDRESS, reason: "complaint", evidence },
  });
  await db.suppressionRemoval.create({
    data: {
      addressKey: LONG_ADDRESS,
      reason: "bounce",
      createdAt: now,
      removedBy: NAME,
      because: REASON,
    },
  });
  const doneBy = NAME;
  await db.operatorAction.createMany({
    data: [
      { action: "retry", messageId, doneBy, because: REASON },
      { action: "suppress", addressKey: LONG_ADDRESS, doneBy, because: REASON },
      { action: "lower-rate", subject: REASON, doneBy, because: REASON },
    ],
  });
  return messageId;
}
