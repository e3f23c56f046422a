import type { Caller, Context } from "./context.ts";
import { AccountError } from "./errors.ts";
import { endLinks, openLink, redeemLink } from "./links.ts";
import { checkPassword } from "./passwords/check.ts";
import { takePlace } from "./passwords/place.ts";
import { inTransaction } from "./transaction.ts";
import { trustBrowser } from "./trusted-browser.ts";

export interface NewPassword {
  /** The token of the link. */
  token: string;
  password: string;
}

/** An account with a new password. */
interface Reset {
  id: string;
  name: string;
  email: string;
  locale: string | null;
  trustEpoch: number;
}

/**
 * Reads the link to a new password for its page, without using it up.
 *
 * @returns the address of the account
 * @throws AccountError `TOKEN_UNKNOWN`, `TOKEN_USED`, `TOKEN_EXPIRED`
 */
export async function openReset({ db, secret }: Context, token: string): Promise<string> {
  return (await openLink(db, secret, "reset_password", token)).address;
}

/**
 * Redeems the link and sets the new password. It ends all sessions, other links and trusted
 * browsers of the account, and informs its owner by email.
 *
 * @returns the token that makes this browser trusted, for a cookie
 * @throws AccountError `TOKEN_UNKNOWN`, `TOKEN_USED`, `TOKEN_EXPIRED`; `WEAK_PASSWORD` (the link
 *   stays valid); `BUSY`
 */
export async function resetPassword(
  context: Context,
  caller: Caller,
  { token, password }: NewPassword,
): Promise<string> {
  const { db, secret, hasher, enqueue, url } = context;
  // A dead link must not cost a hash.
  const { address, key } = await openLink(db, secret, "reset_password", token);
  const account = await db.user.findUnique({ where: { emailKey: key } });
  checkPassword(password, { name: account?.name ?? "", email: address });
  const place = await takePlace(context, caller, key);
  const passwordHash = await hasher.hash(password, place);
  return inTransaction(db, async (tx) => {
    await redeemLink(tx, secret, "reset_password", token);
    const [user] = await tx.$queryRaw<Reset[]>`
      UPDATE users SET password_hash = ${passwordHash}, trust_epoch = trust_epoch + 1
      WHERE email_key = ${key}
      RETURNING id, name, email, locale, trust_epoch AS "trustEpoch"`;
    // The account has been deleted in the meantime.
    if (!user) throw new AccountError("TOKEN_USED");
    await endLinks(tx, [key], user.id);
    await tx.session.deleteMany({ where: { userId: user.id } });
    await enqueue(tx, {
      template: "password-changed",
      to: user.email,
      locale: user.locale,
      props: { name: user.name, url: url("/forgot-password") },
    });
    return trustBrowser(secret, key, user);
  });
}
