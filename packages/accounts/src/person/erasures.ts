import type { Db } from "@repo/db";
import { EmailError, parseAddress } from "@repo/email/enqueue";
import { eraseMail } from "@repo/email/erasure";
import type { Keys } from "@repo/email/keys";
import { createSealer } from "@repo/email/seal";
import { type PersonKeys, mailboxesOf } from "./find-person.ts";

/** The channel that the worker listens to. */
export const ERASURES = "erasures";

// The minutes between two tries double: 1, 2, 4, … 512. The last try is after 17 hours.
const TRIES = 11;

/**
 * Erases what is left of deleted accounts: all email to their addresses. It waits until the last
 * email is closed, or for an hour. Several workers may run it at once.
 *
 * @param options.isAtSes whether SES may have the addresses too: `eraseNextAtSes` then needs them
 * @returns how many were erased, and how many cannot be read: their AUTH_SECRET is gone, so
 *   somebody has to erase them by hand
 * @throws the first error, after it has erased all others
 */
export async function eraseDeleted(
  db: Db,
  { secret, pseudonyms }: PersonKeys,
  { isAtSes }: { isAtSes: boolean },
): Promise<{ erased: number; unreadable: number }> {
  const due = await db.$queryRaw<(Sealed & { requestedAt: Date })[]>`
    SELECT id, addresses, requested_at AS "requestedAt" FROM erasures
    WHERE ses_due_at IS NULL AND (requested_at < now() - interval '1 hour' OR NOT EXISTS (
      SELECT FROM messages WHERE id = ANY(message_ids) AND state <> 'closed'))
    ORDER BY requested_at`;
  const eraseOne = async ({ requestedAt, ...row }: (typeof due)[number]) => {
    const addresses = tryToOpen(secret, row);
    if (!addresses) return false;
    const keys = [...new Set(addresses.map((address) => parseAddress(address).key))];
    // Somebody may have signed up with the address again.
    await eraseMail(db, mailboxesOf({ pseudonyms }, keys, requestedAt));
    if (isAtSes)
      await db.$executeRaw`UPDATE erasures SET ses_due_at = now() WHERE id = ${row.id}::uuid`;
    else await forget(db, row);
    return true;
  };
  let erased = 0;
  const errors: unknown[] = [];
  for (const row of due) {
    try {
      if (await eraseOne(row)) erased++;
    } catch (error) {
      errors.push(error);
    }
  }
  if (errors.length > 0) throw errors[0];
  return { erased, unreadable: due.length - erased };
}

/**
 * Takes the addresses of the next erased account off SES's own suppression list. What fails is
 * tried again for 17 hours, and then given up: the addresses are forgotten here. If a worker ends
 * on the way, the next one does it again. Several workers may run it at once.
 *
 * A newer entry of the same address goes too: its bounce or complaint is on our own list.
 *
 * @param remove takes an address off SES's list; an address that is not on it is no error
 * @returns `none` if none is due; `given-up` after the last try
 */
export async function eraseNextAtSes(
  db: Db,
  secret: Keys,
  remove: (address: string) => Promise<void>,
): Promise<{ result: "none" | "erased" } | { result: "failed" | "given-up"; error: unknown }> {
  // This sets the time of the next try first, because the worker may be killed on the way.
  const [row] = await db.$queryRaw<(Sealed & { tries: number })[]>`
    UPDATE erasures SET ses_tries = ses_tries + 1,
      ses_due_at = now() + interval '1 minute' * 2 ^ ses_tries
    WHERE id = (SELECT id FROM erasures WHERE ses_due_at <= now()
      ORDER BY ses_due_at LIMIT 1 FOR UPDATE SKIP LOCKED)
    RETURNING id, addresses, ses_tries AS tries`;
  if (!row) return { result: "none" };
  try {
    for (const address of open(secret, row)) await remove(address);
  } catch (error) {
    if (row.tries < TRIES) return { result: "failed", error };
    await forget(db, row);
    return { result: "given-up", error };
  }
  await forget(db, row);
  return { result: "erased" };
}

interface Sealed {
  id: string;
  addresses: Uint8Array;
}

/** @throws EmailError `UNSEAL_FAILED` */
const open = (secret: Keys, { id, addresses }: Sealed) =>
  createSealer(secret).open(id, addresses) as string[];

function tryToOpen(secret: Keys, row: Sealed): string[] | undefined {
  try {
    return open(secret, row);
  } catch (error) {
    if (error instanceof EmailError) return undefined;
    throw error;
  }
}

const forget = (db: Db, { id }: Sealed) =>
  db.$executeRaw`DELETE FROM erasures WHERE id = ${id}::uuid`;
