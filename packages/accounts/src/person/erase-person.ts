import type { Db } from "@repo/db";
import { eraseMail, eraseRows } from "@repo/email/erasure";
import { lockLinks } from "../links.ts";
import { ACCOUNT_TABLES } from "./account-tables.ts";
import { type PersonKeys, findPerson, mailboxesOf, spellingsOf } from "./find-person.ts";

export interface ErasePerson extends PersonKeys {
  /**
   * Takes an address off SES's own suppression list. Called after everything else is erased, for
   * each address in each spelling. Without it, the list stays as it is.
   */
  atSes?: ((address: string) => Promise<void>) | undefined;
}

/**
 * Erases all that is stored about a person: the account, and all email to its addresses.
 * docs/privacy.md says what stays.
 *
 * @param who an address, or the id of an account
 * @returns how many rows were deleted, by table; undefined if there is no such account
 * @throws EmailError `INVALID_ADDRESS`; what `atSes` throws
 */
export async function erasePerson(
  db: Db,
  { atSes, ...keys }: ErasePerson,
  who: string,
): Promise<Record<string, number> | undefined> {
  const person = await findPerson(db, keys, who);
  if (!person) return undefined;
  const spellings = await spellingsOf(db, person);
  const fromAccounts = await db.$transaction(async (tx) => {
    await lockLinks(tx, person.keys);
    return eraseRows(tx, ACCOUNT_TABLES, person);
  });
  const fromEmail = await eraseMail(db, mailboxesOf(keys, person.keys));
  for (const address of spellings) await atSes?.(address);
  return { ...fromAccounts, ...fromEmail };
}
