import { Prisma, type Tx } from "@repo/db";
import { isUuid } from "./uuid.ts";

/**
 * Closes a message that still waits, in the caller's transaction: it will not be sent, and its
 * contents are erased. One whose first copy is in doubt loses its second one only, and is closed
 * as unknown.
 *
 * @returns whether it was cancelled; false where a worker has it, it is closed, or there is none
 */
export async function cancel(tx: Tx, id: string): Promise<boolean> {
  // PostgreSQL would refuse another text for a UUID, and with it the caller's transaction.
  if (!isUuid(id)) return false;
  const cancelled = await tx.$executeRaw`
    UPDATE messages SET ${CANCELLED} WHERE id = ${id}::uuid AND state = 'queued'`;
  return cancelled > 0;
}

/** What an UPDATE sets. */
export const CANCELLED = Prisma.sql`state = 'closed', closed_at = now(), payload = NULL,
  closed_reason = CASE WHEN resent THEN 'unknown' ELSE 'cancelled' END::closed_reason`;
