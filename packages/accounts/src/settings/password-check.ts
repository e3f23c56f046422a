import type { Caller, Context } from "../context.ts";
import { AccountError } from "../errors.ts";
import { refuse } from "../limits/refuse.ts";
import { takePlace } from "../passwords/place.ts";
import { renewSession } from "../sessions.ts";
import { type Owner, findOwner, inAccount } from "./owner.ts";

/**
 * Checks the password of the account that the caller is logged in to.
 *
 * @returns the account, as it was when the password was right
 * @throws AccountError `NOT_LOGGED_IN`, `WRONG_PASSWORD`, `TOO_MANY_TRIES`, `BUSY`
 */
export async function verifyOwner(
  context: Context,
  caller: Caller,
  password: string,
): Promise<Owner> {
  const { db, secret, limits, hasher } = context;
  const owner = await findOwner(db, secret, caller);
  const taken = await limits.take(
    limits.client(caller.ip),
    limits.account("passwordCheck", owner.id),
  );
  refuse(taken.refusal);
  const place = await takePlace(context, caller, owner.emailKey);
  const act = () => hasher.verify(owner.passwordHash, password, place);
  const { matches } = await taken.orGiveBack(act, "passwordCheck");
  if (!matches) throw new AccountError("WRONG_PASSWORD");
  await taken.giveBack("client", "clientNetwork", "passwordCheck");
  return owner;
}

/**
 * Lets this session do what needs a typed password, for CHECK_MINUTES.
 *
 * @returns the session's new token, for the cookie
 * @throws AccountError what `verifyOwner` throws
 */
export async function typePassword(
  context: Context,
  caller: Caller,
  password: string,
): Promise<string> {
  const { passwordHash } = await verifyOwner(context, caller, password);
  return inAccount(context, caller, { passwordTyped: false }, async (tx, owner) => {
    // The password was changed while it was compared.
    if (owner.passwordHash !== passwordHash) throw new AccountError("WRONG_PASSWORD");
    await tx.$executeRaw`
      UPDATE sessions SET password_checked_at = now() WHERE id = ${owner.sessionId}::uuid`;
    return renewSession(tx, context.secret, owner.sessionId);
  });
}
