import type { Caller, Context } from "../context.ts";
import { AccountError } from "../errors.ts";
import { refuse } from "../limits/refuse.ts";
import { type PersonExport, exportPerson } from "../person/export-person.ts";
import { findOwner, inAccount } from "./owner.ts";

/**
 * Reads all that is stored about the caller, and tells the account's owner by email.
 *
 * @throws AccountError `NOT_LOGGED_IN`, `PASSWORD_CHECK_NEEDED`, `TOO_MANY_TRIES`, `BUSY`
 */
export async function exportData(context: Context, caller: Caller): Promise<PersonExport> {
  const { db, secret, limits, enqueue, url } = context;
  const { id: ownerId, hasTypedPassword } = await findOwner(db, secret, caller);
  if (!hasTypedPassword) throw new AccountError("PASSWORD_CHECK_NEEDED");
  const taken = await limits.take(limits.account("provenChanges", ownerId));
  refuse(taken.refusal);
  const act = () =>
    inAccount(context, caller, { passwordTyped: true }, async (tx, owner) => {
      const { name, email, locale } = owner;
      const props = { name, change: "export", url: url("/forgot-password") } as const;
      await enqueue(tx, { template: "account-changed", to: email, locale, props });
      return owner.id;
    });
  const id = await taken.orGiveBack(act, "provenChanges");
  const found = await exportPerson(db, context, id);
  // It was deleted at this moment.
  if (!found) throw new AccountError("NOT_LOGGED_IN");
  return found;
}
