import { Prisma } from "@repo/db";
import { bucketOf, count, domainOf } from "../operations/counts.ts";

// For an address on SES's own list, SES reports a bounce that AWS does not count.
// https://docs.aws.amazon.com/ses/latest/dg/sending-email-suppression-list.html
const FROM_OWN_LIST = "OnAccountSuppressionList";

/**
 * The INSERT that counts events which have found their message: deliveries, hard bounces and
 * complaints, in the hour in which they happened, whenever they come.
 *
 * @param found a query of `message_id`, `type`, `effect` as text, `occurred_at` and `detail`: events
 *   that had no message before
 * @param locked a query of their messages, as `lockMessages` has it
 */
export function countEvents(found: Prisma.Sql, locked: Prisma.Sql): Prisma.Sql {
  return count(Prisma.sql`
    SELECT f.occurred_at AS at, CASE
        WHEN f.type = 'Delivery' THEN 'delivered'
        WHEN f.type = 'Bounce' AND f.effect = 'permanent'
          AND f.detail ->> 'bounceSubType' IS DISTINCT FROM ${FROM_OWN_LIST} THEN 'bounced'
        WHEN f.type = 'Complaint' AND f.effect = 'complaint'
          AND f.detail ->> 'complaintSubType' IS DISTINCT FROM ${FROM_OWN_LIST} THEN 'complained'
      END AS kind,
      l.template, ${domainOf(Prisma.sql`l.to_key`)} AS domain, l.event_source AS source,
      -- By SES's clock alone: from its acceptance to the delivery.
      CASE WHEN f.type = 'Delivery' AND jsonb_typeof(f.detail -> 'processingTimeMillis') = 'number'
        THEN ${bucketOf(Prisma.sql`(f.detail ->> 'processingTimeMillis')::float8 / 1000`)}
      END AS bucket
    FROM (${found}) f JOIN (${locked}) l ON l.id = f.message_id`);
}
