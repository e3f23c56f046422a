import type { Caller, Context } from "./context.ts";
import { AccountError } from "./errors.ts";
import { openLink, redeemLink } from "./links.ts";
import { checkPassword } from "./passwords/check.ts";
import { inTransaction } from "./transaction.ts";
import { trustBrowser } from "./trusted-browser.ts";

export interface NewPassword {
  /** Of the link. */
  token: string;
  password: string;
}

/**
 * Reads the link to a new password, for the page that it opens. Nothing is used up.
 *
 * @returns the address whose account it is for
 * @throws AccountError `TOKEN_UNKNOWN`, `TOKEN_USED`, `TOKEN_EXPIRED`
 */
export async function openReset({ db, secret }: Context, token: string): Promise<string> {
  return (await openLink(db, secret, "reset_password", token)).address;
}

/**
 * Redeems the link to a new password: sets it, ends every session, every other link and every
 * trusted browser of its owner, and tells them by email.
 *
 * @returns the token by which this browser is trusted, for a cookie
 * @throws AccountError `TOKEN_UNKNOWN`, `TOKEN_USED`, `TOKEN_EXPIRED`; `WEAK_PASSWORD`, after
 *   which the link is as good as before; `BUSY`
 */
export async function resetPassword(
  context: Context,
  caller: Caller,
  { token, password }: NewPassword,
): Promise<string> {
  const { db, secret, hasher, enqueue, url, limits } = context;
  // A link that is dead costs no hashing.
  const { address, key } = await openLink(db, secret, "reset_password", token);
  const account = await db.user.findUnique({ where: { emailKey: key } });
  checkPassword(password, { name: account?.name ?? "", email: address });
  const place = { client: caller.ip, signal: caller.signal, first: true };
  const passwordHash = await hasher.hash(password, place);
  const trusted = await inTransaction(db, async (tx) => {
    await redeemLink(tx, secret, "reset_password", token);
    const [user] = await tx.$queryRaw<{ id: string; name: string; email: string; epoch: number }[]>`
      UPDATE users SET password_hash = ${passwordHash}, trust_epoch = trust_epoch + 1
      WHERE email_key = ${key}
      RETURNING id, name, email, trust_epoch AS epoch`;
    // The account was deleted meanwhile.
    if (!user) throw new AccountError("TOKEN_USED");
    await tx.session.deleteMany({ where: { userId: user.id } });
    await enqueue(tx, {
      template: "password-changed",
      to: user.email,
      props: { name: user.name, url: url("/forgot-password") },
    });
    return trustBrowser(secret, key, user.epoch);
  });
  await limits.giveBack(limits.address("recoveryMail", key));
  return trusted;
}
