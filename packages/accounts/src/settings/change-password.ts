import type { Caller, Context } from "../context.ts";
import { AccountError } from "../errors.ts";
import { refuse } from "../limits/refuse.ts";
import { endLinks } from "../links.ts";
import { checkPassword } from "../passwords/check.ts";
import { takePlace } from "../passwords/place.ts";
import { renewSession } from "../sessions.ts";
import { trustBrowser } from "../trusted-browser.ts";
import { inAccount } from "./owner.ts";
import { verifyOwner } from "./password-check.ts";

export interface PasswordChange {
  currentPassword: string;
  password: string;
}

/**
 * Sets a new password. It ends all other sessions, all links and all trusted browsers of the
 * account, and tells its owner by email.
 *
 * @returns the new tokens of this browser, for its cookies
 * @throws AccountError `NOT_LOGGED_IN`, `WRONG_PASSWORD`, `WEAK_PASSWORD`, `TOO_MANY_TRIES`, `BUSY`
 */
export async function changePassword(
  context: Context,
  caller: Caller,
  { currentPassword, password }: PasswordChange,
): Promise<{ session: string; trusted: string }> {
  const { secret, limits, hasher, enqueue, url } = context;
  const {
    id,
    name,
    email,
    emailKey,
    passwordHash: old,
  } = await verifyOwner(context, caller, currentPassword);
  checkPassword(password, { name, email });
  const taken = await limits.take(limits.account("provenChanges", id));
  refuse(taken.refusal);
  const act = async () => {
    const place = await takePlace(context, caller, emailKey);
    const passwordHash = await hasher.hash(password, place);
    return inAccount(context, caller, { passwordTyped: false }, async (tx, owner) => {
      // Somebody has changed it in the meantime.
      if (owner.passwordHash !== old) throw new AccountError("WRONG_PASSWORD");
      const user = await tx.user.update({
        where: { id: owner.id },
        data: { passwordHash, trustEpoch: { increment: 1 } },
      });
      await tx.session.deleteMany({ where: { userId: owner.id, id: { not: owner.sessionId } } });
      await tx.$executeRaw`
        UPDATE sessions SET password_checked_at = now() WHERE id = ${owner.sessionId}::uuid`;
      await endLinks(tx, [owner.emailKey], owner.id);
      await enqueue(tx, {
        template: "password-changed",
        to: owner.email,
        locale: owner.locale,
        props: { name: owner.name, url: url("/forgot-password") },
      });
      return {
        session: await renewSession(tx, secret, owner.sessionId),
        trusted: trustBrowser(secret, owner.emailKey, user),
      };
    });
  };
  return taken.orGiveBack(act, "provenChanges");
}
