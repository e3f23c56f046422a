import type { Db } from "@repo/db";
import { EmailError } from "@repo/email/enqueue";
import { eraseMail } from "@repo/email/erasure";
import type { Keys } from "@repo/email/keys";
import { createSealer } from "@repo/email/seal";
import type { ErasePerson } from "./erase-person.ts";
import { mailboxesOf } from "./find-person.ts";

/** The channel that the worker listens to. */
export const ERASURES = "erasures";

/**
 * Erases what is left of deleted accounts: all email to their addresses. It waits until the last
 * email is closed, or for an hour. Several workers may run it at once.
 *
 * @returns how many were erased, and how many cannot be read: their AUTH_SECRET is gone, so
 *   somebody has to erase them by hand
 * @throws what `atSes` throws; the next call tries again
 */
export async function eraseDeleted(
  db: Db,
  { secret, pseudonyms, atSes }: ErasePerson,
): Promise<{ erased: number; unreadable: number }> {
  const due = await db.$queryRaw<{ id: string; addresses: Uint8Array; requestedAt: Date }[]>`
    SELECT id, addresses, requested_at AS "requestedAt" FROM erasures
    WHERE requested_at < now() - interval '1 hour' OR NOT EXISTS (
      SELECT FROM messages WHERE id = ANY(message_ids) AND state <> 'closed')
    ORDER BY requested_at`;
  let erased = 0;
  for (const { id, addresses, requestedAt } of due) {
    const keys = open(secret, id, addresses);
    if (!keys) continue;
    // Somebody may have signed up with the address again.
    await eraseMail(db, mailboxesOf({ pseudonyms }, keys, requestedAt));
    for (const key of keys) await atSes?.(key);
    await db.$executeRaw`DELETE FROM erasures WHERE id = ${id}::uuid`;
    erased++;
  }
  return { erased, unreadable: due.length - erased };
}

function open(secret: Keys, id: string, sealed: Uint8Array): string[] | undefined {
  try {
    return createSealer(secret).open(id, sealed) as string[];
  } catch (error) {
    if (error instanceof EmailError) return undefined;
    throw error;
  }
}
