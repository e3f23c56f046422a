import { type Db, Prisma, type Tx } from "@repo/db";
import { isUuid } from "./uuid.ts";

/** What a page may show of a message to the browser that caused it. */
export type MessageStatus = "on-its-way" | "undeliverable";

/**
 * Tells that browser whether the address can get email at all.
 *
 * A stranger may have typed the address, so this must be no oracle. It tells only what anybody
 * learns by sending email to that address: that its server refuses it for good.
 * `undeliverable` is a message that came back by a permanent bounce, or that was not sent because
 * an earlier one had. Everything else is `on-its-way`: a complaint, an operator's word, soft
 * bounces, a message that was delivered, and one that does not exist.
 *
 * Nothing is told for the first minute, by PostgreSQL's clock. A suppressed message is closed
 * within milliseconds, a bounce takes seconds: the difference would tell that somebody else has
 * written to that address before.
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
 * Whether it was not our own list at SES that refused. SES reports that as a permanent bounce,
 * too, and the list holds those who complained:
 * https://docs.aws.amazon.com/ses/latest/dg/sending-email-suppression-list.html
 */
function byServer(detail: Prisma.Sql): Prisma.Sql {
  return Prisma.sql`COALESCE(${detail} ->> 'bounceSubType', '')
    NOT IN ('OnAccountSuppressionList', 'UnsubscribedRecipient')`;
}
