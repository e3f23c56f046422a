import type { Caller, Context } from "../context.ts";
import { AccountError } from "../errors.ts";
import { refuse } from "../limits/refuse.ts";
import { type PersonExport, exportPerson } from "../person/export-person.ts";
import { findOwner, inAccount } from "./owner.ts";

/**
 * All that is stored about the caller. Its owner is told by email.
 *
 * @throws AccountError `NOT_LOGGED_IN`, `PASSWORD_CHECK_NEEDED`, `TOO_MANY_TRIES`, `BUSY`
 */
export async function exportData(context: Context, caller: Caller): Promise<PersonExport> {
  const { db, secret, limits, enqueue, url } = context;
  const { id: ownerId } = await findOwner(db, secret, caller);
  refuse((await limits.take(limits.account("accountChanges", ownerId))).refusal);
  const id = await inAccount(context, caller, { passwordTyped: true }, async (tx, owner) => {
    const props = { name: owner.name, change: "export", url: url("/forgot-password") } as const;
    await enqueue(tx, {
      template: "account-changed",
      to: owner.email,
      locale: owner.locale,
      props,
    });
    return owner.id;
  });
  const found = await exportPerson(db, context, id);
  // It was deleted at this moment.
  if (!found) throw new AccountError("NOT_LOGGED_IN");
  return found;
}
