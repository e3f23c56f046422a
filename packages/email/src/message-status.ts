import { type Db, Prisma, type Tx } from "@repo/db";
import { isUuid } from "./uuid.ts";

/** What a page may tell about a message to the browser whose request queued it. */
export type MessageStatus = "on-its-way" | "undeliverable";

/**
 * Tells that browser whether the address can get email at all.
 *
 * A stranger may have typed the address, so the answer must reveal nothing else about it. It tells
 * only what anybody learns by sending email there: that the mail server refuses it for good.
 * `undeliverable` means that the message bounced permanently, or was not sent because an earlier
 * one had bounced permanently. Everything else is `on-its-way`: a complaint, a suppression by an
 * operator, soft bounces, a delivery, and a message that does not exist.
 *
 * For the first minute, by PostgreSQL's clock, the answer is always `on-its-way`. A suppressed
 * message closes within milliseconds, and a bounce takes seconds: the difference would reveal that
 * we had sent email to that address before.
 */
export async function messageStatus(db: Db | Tx, id: string): Promise<MessageStatus> {
  if (!isUuid(id)) return "on-its-way";
  const [row] = await db.$queryRaw<{ undeliverable: boolean }[]>`
    SELECT EXISTS (
      SELECT FROM messages m
      WHERE m.id = ${id}::uuid AND m.created_at <= now() - interval '1 minute' AND (
        m.outcome = 'bounced' AND EXISTS (
          SELECT FROM events e
          WHERE e.message_id = m.id AND e.type = 'Bounce' AND e.effect = 'permanent'
            AND ${byServer(Prisma.sql`e.detail`)}
        )
        OR m.closed_reason = 'suppressed' AND EXISTS (
          SELECT FROM suppressions s
          WHERE s.address_key = m.to_key AND s.reason = 'bounce' AND s.created_at <= m.closed_at
            AND ${byServer(Prisma.sql`s.evidence`)}
        )
      )
    ) AS undeliverable`;
  return row?.undeliverable ? "undeliverable" : "on-its-way";
}

/**
 * Whether the mail server refused, and not our account's own list at SES. SES reports both as
 * permanent bounces, but that list also contains people who complained:
 * https://docs.aws.amazon.com/ses/latest/dg/sending-email-suppression-list.html
 */
function byServer(detail: Prisma.Sql): Prisma.Sql {
  return Prisma.sql`COALESCE(${detail} ->> 'bounceSubType', '')
    NOT IN ('OnAccountSuppressionList', 'UnsubscribedRecipient')`;
}
