import { copyPreferences } from "@repo/email/preferences";
import type { Caller, Context } from "../context.ts";
import { AccountError } from "../errors.ts";
import { endLinks, lockLinks, openLink, redeemLink } from "../links.ts";
import { checkPassword } from "../passwords/check.ts";
import { takePlace } from "../passwords/place.ts";
import type { NewPassword } from "../reset-password.ts";
import { inTransaction } from "../transaction.ts";
import { trustBrowser } from "../trusted-browser.ts";

/**
 * Reads the link that brings an old address back, for its page, without using it up.
 *
 * @returns the address that comes back
 * @throws AccountError `TOKEN_UNKNOWN`, `TOKEN_USED`, `TOKEN_EXPIRED`
 */
export async function openUndo({ db, secret }: Context, token: string): Promise<string> {
  return (await openLink(db, secret, "undo_address", token)).address;
}

/**
 * Gives the account its old address back, with a new password. It ends all sessions, links and
 * trusted browsers of the account, and the undo of each later change. It needs no session: somebody
 * may have taken the account. Both addresses are told.
 *
 * @returns the token that makes this browser trusted, for a cookie
 * @throws AccountError `TOKEN_UNKNOWN`, `TOKEN_USED`, `TOKEN_EXPIRED`; `WEAK_PASSWORD` (the link
 *   stays valid); `BUSY`
 */
export async function undoAddress(
  context: Context,
  caller: Caller,
  { token, password }: NewPassword,
): Promise<string> {
  const { db, secret, hasher, enqueue, url } = context;
  const { address, key, userId, createdAt } = await openLink(db, secret, "undo_address", token);
  const account = userId === null ? null : await db.user.findUnique({ where: { id: userId } });
  // The account has been deleted in the meantime.
  if (!account) throw new AccountError("TOKEN_USED");
  const { id, emailKey, email } = account;
  checkPassword(password, { name: account.name, email: address });
  const place = await takePlace(context, caller, key);
  const passwordHash = await hasher.hash(password, place);
  return inTransaction(db, async (tx) => {
    await lockLinks(tx, [key, emailKey]);
    await redeemLink(tx, secret, "undo_address", token);
    const [user] = await tx.$queryRaw<
      { name: string; locale: string | null; trustEpoch: number }[]
    >`
      UPDATE users SET email = ${address}, email_key = ${key}, password_hash = ${passwordHash},
        trust_epoch = trust_epoch + 1
      WHERE id = ${id}::uuid AND email_key = ${emailKey}
      RETURNING name, locale, trust_epoch AS "trustEpoch"`;
    // Its address has changed once more since it was read.
    if (!user) throw new AccountError("BUSY", { retryAfter: 1 });
    await tx.session.deleteMany({ where: { userId: id } });
    await endLinks(tx, [emailKey], id);
    await copyPreferences(tx, emailKey, key);
    await tx.$executeRaw`
      UPDATE links SET used_at = now()
      WHERE user_id = ${id}::uuid AND purpose = 'undo_address' AND used_at IS NULL
        AND created_at >= ${createdAt}`;
    for (const to of new Set([address, email])) {
      const props = { name: user.name, change: "address", url: url("/forgot-password") } as const;
      await enqueue(tx, { template: "account-changed", to, locale: user.locale, props });
    }
    return trustBrowser(secret, key, { id, ...user });
  });
}
