import { Prisma, type Tx } from "@repo/db";
import { isUuid } from "./uuid.ts";

/**
 * Closes a message that waits, in the caller's transaction. It is not sent, and its contents are
 * erased. If its first copy is in doubt, only the second copy is cancelled, and the message is
 * closed as unknown.
 *
 * @returns false if a worker has claimed the message, if it is closed, or if it does not exist
 */
export async function cancel(tx: Tx, id: string): Promise<boolean> {
  // PostgreSQL would reject an invalid UUID and abort the caller's transaction.
  if (!isUuid(id)) return false;
  const cancelled = await tx.$executeRaw`
    UPDATE messages SET ${CANCELLED} WHERE id = ${id}::uuid AND state = 'queued'`;
  return cancelled > 0;
}

/** The SET clause of an UPDATE that cancels messages. What may have been sent is closed as unknown. */
export const CANCELLED = Prisma.sql`state = 'closed', closed_at = now(), payload = NULL,
  closed_reason =
    CASE WHEN resent OR state = 'unknown' THEN 'unknown' ELSE 'cancelled' END::closed_reason`;
