import type { Caller, Context } from "../context.ts";
import { refuse } from "../limits/refuse.ts";
import type { Profile } from "../profile.ts";
import { findOwner, inAccount } from "./owner.ts";

/**
 * What the person has told about themselves.
 *
 * @throws AccountError `NOT_LOGGED_IN`
 */
export async function readProfile({ db, secret }: Context, caller: Caller): Promise<Profile> {
  const { id } = await findOwner(db, secret, caller);
  return db.user.findUniqueOrThrow({ where: { id }, omit: { passwordHash: true } });
}

/**
 * Changes it, and tells the owner by email.
 *
 * @throws AccountError `NOT_LOGGED_IN`, `TOO_MANY_TRIES`, `BUSY`
 */
export async function changeProfile(
  context: Context,
  caller: Caller,
  profile: Profile,
): Promise<void> {
  const { db, secret, limits, enqueue, url } = context;
  const { id: ownerId } = await findOwner(db, secret, caller);
  const taken = await limits.take(limits.account("accountChanges", ownerId));
  refuse(taken.refusal);
  const act = () =>
    inAccount(context, caller, { passwordTyped: false }, async (tx, { id, email, locale }) => {
      const { name } = await tx.user.update({ where: { id }, data: profile });
      const props = { name, change: "profile", url: url("/forgot-password") } as const;
      await enqueue(tx, { template: "account-changed", to: email, locale, props });
    });
  await taken.orGiveBack(act, "accountChanges");
}
