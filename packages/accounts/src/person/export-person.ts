import type { Db } from "@repo/db";
import { MAIL_TABLES, exportRows } from "@repo/email/erasure";
import { ACCOUNT_TABLES } from "./account-tables.ts";
import { type PersonKeys, findPerson, mailboxesOf } from "./find-person.ts";

/** All that is stored about a person, for themselves. */
export interface PersonExport {
  exportedAt: Date;
  email: string;
  /** The rows, by table. */
  tables: Record<string, object[]>;
}

/**
 * Reads all that is stored about a person, at one moment.
 *
 * @param who an address, or the id of an account
 * @returns undefined if there is no such account
 * @throws EmailError `INVALID_ADDRESS`
 */
export async function exportPerson(
  db: Db,
  keys: PersonKeys,
  who: string,
): Promise<PersonExport | undefined> {
  return db.$transaction(
    async (tx) => {
      const person = await findPerson(tx, keys, who);
      if (!person) return undefined;
      const tables = {
        ...(await exportRows(tx, ACCOUNT_TABLES, person)),
        ...(await exportRows(tx, MAIL_TABLES, mailboxesOf(keys, person.keys))),
      };
      return { exportedAt: new Date(), email: person.email, tables };
    },
    { isolationLevel: "RepeatableRead", timeout: 30_000 },
  );
}
