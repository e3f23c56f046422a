import { Prisma } from "@repo/db";
import type { Pseudonyms } from "../erasure/pseudonyms.ts";
import { type Categories, isTurnedOff } from "../preferences/categories.ts";

/** Who may receive email. */
export interface Recipients {
  /** Keys of addresses, and domains. Default: everyone. */
  allowTo?: { addresses: string[]; domains: string[] } | undefined;
  /** Whether a message to anybody else is claimed, to be redirected. Default: false, it is closed. */
  redirect?: boolean | undefined;
  /** Which categories people can turn off. Default: none. */
  categories?: Categories | undefined;
  /** Finds the opt-outs of erased addresses. Default: they are not looked for. */
  pseudonyms?: Pseudonyms | undefined;
}

/** Whether the message of row `m` may go to its own recipient. */
export function isAllowed({ allowTo, redirect = false }: Recipients): Prisma.Sql {
  if (!allowTo) return Prisma.sql`${!redirect}::boolean`;
  return Prisma.sql`(m.to_key = ANY(${allowTo.addresses}) OR split_part(m.to_key, '@', 2) = ANY(${allowTo.domains}))`;
}

/** Why the message of row `m` is closed and not sent; null if it may be sent. */
export function closingReason(recipients: Recipients): Prisma.Sql {
  const { redirect = false, categories = {}, pseudonyms } = recipients;
  const optedOut = pseudonyms
    ? Prisma.sql`WHEN EXISTS (SELECT FROM erased_addresses) AND EXISTS (
        SELECT FROM suppressions s WHERE s.address_key = ${pseudonyms.sql(Prisma.sql`m.to_key`)}
      ) THEN 'suppressed'`
    : Prisma.empty;
  return Prisma.sql`CASE
    WHEN EXISTS (
      SELECT FROM suppressions s
      WHERE s.address_key = m.to_key AND (s.expires_at IS NULL OR s.expires_at > now())
        -- Security mail is sent all the same, because the mailbox may only have been full.
        AND NOT (s.reason = 'soft-bounces' AND m.category = 'security')
    ) THEN 'suppressed'
    ${optedOut}
    WHEN ${isTurnedOff(categories)} THEN 'unsubscribed'
    WHEN m.expires_at <= now() THEN 'expired'
    WHEN NOT (${isAllowed(recipients)} OR ${redirect}) THEN 'failed'
  END::closed_reason`;
}

/** `last_error` of a message whose recipient is not allowed. */
export const NOT_ALLOWED = "NOT_ALLOWED: EMAIL_ALLOW_TO names neither this address nor its domain";
