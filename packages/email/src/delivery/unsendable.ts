import { Prisma } from "@repo/db";

/** Who may be sent to. */
export interface Recipients {
  /** Undefined: everyone. Keys of addresses, and domains. */
  allowTo?: { addresses: string[]; domains: string[] } | undefined;
  /** Others are claimed as not allowed, to be redirected, rather than closed. */
  redirect?: boolean | undefined;
}

/** Whether the message of row `m` may go to its own recipient. */
export function isAllowed({ allowTo, redirect = false }: Recipients): Prisma.Sql {
  if (!allowTo) return Prisma.sql`${!redirect}::boolean`;
  return Prisma.sql`(m.to_key = ANY(${allowTo.addresses}) OR split_part(m.to_key, '@', 2) = ANY(${allowTo.domains}))`;
}

/** Why the message of row `m` is closed and not sent; null where it is sent. */
export function closingReason(recipients: Recipients): Prisma.Sql {
  const { redirect = false } = recipients;
  return Prisma.sql`CASE
    WHEN EXISTS (
      SELECT FROM suppressions s
      WHERE s.address_key = m.to_key AND (s.expires_at IS NULL OR s.expires_at > now())
        -- A mailbox that was full is tried again for what a person needs to get in.
        AND NOT (s.reason = 'soft-bounces' AND m.category = 'security')
    ) THEN 'suppressed'
    WHEN m.expires_at <= now() THEN 'expired'
    WHEN NOT (${isAllowed(recipients)} OR ${redirect}) THEN 'failed'
  END::closed_reason`;
}

/** What `last_error` says of one that is closed as failed. */
export const NOT_ALLOWED = "NOT_ALLOWED: EMAIL_ALLOW_TO names neither this address nor its domain";
