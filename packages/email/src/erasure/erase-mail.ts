import { type Db, Prisma, type Tx } from "@repo/db";
import { CANCELLED } from "../cancel.ts";
import { lockAddresses } from "../suppression/suppress.ts";
import { MAIL_TABLES, type Mailboxes } from "./mail-tables.ts";
import { eraseRows } from "./person-table.ts";

/**
 * Erases all that the tables of email know about some addresses. It may be called again.
 *
 * What stays is a keyed hash of each address (`Pseudonyms`). So an event that comes later is stored
 * without the address. If a person has complained, or an operator has stopped email to the address,
 * the suppression stays under that hash, without its evidence.
 *
 * An email that a worker is sending at this moment still arrives.
 *
 * @returns how many rows were deleted, by table
 */
export async function eraseMail(db: Db, mailboxes: Mailboxes): Promise<Record<string, number>> {
  const { keys, pseudonyms } = mailboxes;
  // First, and committed at once. An event whose message is deleted then finds this row.
  await db.$executeRaw`
    INSERT INTO erased_addresses (pseudonym) SELECT unnest(${pseudonyms}::text[])
    ON CONFLICT DO NOTHING`;
  return await db.$transaction(
    async (tx) => {
      await tx.$executeRaw(lockAddresses([...keys, ...pseudonyms]));
      // Waits for the statements that store events. Each statement after them sees the hashes
      // above.
      await tx.$executeRaw`LOCK TABLE events IN SHARE ROW EXCLUSIVE MODE`;
      await keepOptOuts(tx, mailboxes);
      // The log of operators' actions refuses other deletions.
      await tx.$executeRaw`SELECT set_config('email.erases', 'on', true)`;
      return eraseRows(tx, MAIL_TABLES, mailboxes);
    },
    { timeout: 60_000 },
  );
}

async function keepOptOuts(tx: Tx, { keys, pseudonyms }: Mailboxes): Promise<void> {
  await tx.$executeRaw`
    INSERT INTO suppressions AS old (address_key, reason, created_at)
    SELECT pseudonym, reason, created_at
    FROM unnest(${keys}::text[], ${pseudonyms}::text[]) AS erased (key, pseudonym)
    JOIN suppressions ON address_key = key
    WHERE reason IN ('complaint', 'manual')
    ON CONFLICT (address_key) DO UPDATE SET reason = greatest(old.reason, EXCLUDED.reason)`;
}

/**
 * Cancels all email to some addresses that waits or is in doubt, in the caller's transaction.
 *
 * @returns how many
 */
export async function cancelAll(tx: Tx, keys: string[]): Promise<number> {
  return tx.$executeRaw(Prisma.sql`
    UPDATE messages SET ${CANCELLED}
    WHERE to_key = ANY(${keys}::text[]) AND state IN ('queued', 'unknown')`);
}
