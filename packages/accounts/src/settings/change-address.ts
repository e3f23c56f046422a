import type { Tx } from "@repo/db";
import { type Address, parseAddress } from "@repo/email/enqueue";
import { copyPreferences } from "@repo/email/preferences";
import type { Caller, Context } from "../context.ts";
import { AccountError } from "../errors.ts";
import { LINK_MINUTES } from "../lifetimes.ts";
import { refuse } from "../limits/refuse.ts";
import { endLinks, isReserved, issueLink, openLink, redeemLink } from "../links.ts";
import type { LogIn } from "../log-in.ts";
import { renewSession } from "../sessions.ts";
import { trustBrowser } from "../trusted-browser.ts";
import { type Owner, findOwner, inAccount } from "./owner.ts";

/**
 * Emails a link to the new address. If somebody else has that address, the caller sees the same,
 * and the mailbox gets a notice.
 *
 * @throws AccountError `NOT_LOGGED_IN`, `PASSWORD_CHECK_NEEDED`, `SAME_ADDRESS`, `TOO_MANY_TRIES`,
 *   `BUSY`
 */
export async function requestAddressChange(
  context: Context,
  caller: Caller,
  email: string,
): Promise<void> {
  const { db, secret, limits } = context;
  const address = parseAddress(email);
  const { id, emailKey, hasTypedPassword } = await findOwner(db, secret, caller);
  if (!hasTypedPassword) throw new AccountError("PASSWORD_CHECK_NEEDED");
  if (address.key === emailKey) throw new AccountError("SAME_ADDRESS");
  const taken = await limits.take(
    limits.client(caller.ip),
    limits.account("settingsMail", id),
    limits.mailbox("signUpMail", address.key),
  );
  refuse(taken.refusal);
  if (!taken.granted("signUpMail")) return;
  const act = () =>
    inAccount(context, caller, { passwordTyped: true }, (tx, owner) =>
      emailLink(tx, context, owner, address),
    );
  await taken.orGiveBack(act, "settingsMail", "signUpMail");
}

async function emailLink(
  tx: Tx,
  { secret, enqueue, url }: Context,
  owner: Owner,
  to: Address,
): Promise<void> {
  // An address of somebody else gets a link too, which nobody sees. So both take the same time.
  const link = await issueLink(tx, secret, "change_address", to, owner.id);
  const { token, expiresAt, account } = link;
  const expiresInMinutes = LINK_MINUTES.change_address;
  if (account || link.isReserved) {
    const props = { url: url("/login") };
    await enqueue(tx, {
      template: "address-taken",
      to: to.address,
      locale: account?.locale,
      props,
      expiresAt,
    });
  } else {
    const props = { url: url(`/settings/address/confirm?token=${token}`), expiresInMinutes };
    await enqueue(tx, {
      template: "change-address",
      to: to.address,
      locale: owner.locale,
      props,
      expiresAt,
    });
  }
}

/**
 * Reads the link for its page, without using it up.
 *
 * @returns the new address
 * @throws AccountError `NOT_LOGGED_IN`, `FOREIGN_LINK`, `TOKEN_UNKNOWN`, `TOKEN_USED`,
 *   `TOKEN_EXPIRED`
 */
export async function openAddressChange(
  { db, secret }: Context,
  caller: Caller,
  token: string,
): Promise<string> {
  const owner = await findOwner(db, secret, caller);
  const { address, userId } = await openLink(db, secret, "change_address", token);
  if (userId !== owner.id) throw new AccountError("FOREIGN_LINK");
  return address;
}

/**
 * Gives the account the address that the link proves. The old address gets an email with a link that
 * works for some days and gives the account back. All other links of the account end. Email that the
 * person has turned off stays off.
 *
 * @throws AccountError what `openAddressChange` throws, and `BUSY`
 */
export async function confirmAddressChange(
  context: Context,
  caller: Caller,
  token: string,
): Promise<LogIn> {
  const { db, secret, enqueue, url } = context;
  const { key } = await openLink(db, secret, "change_address", token);
  const options = { passwordTyped: false, addresses: [key] };
  return inAccount(context, caller, options, async (tx, owner) => {
    const to = await redeemLink(tx, secret, "change_address", token);
    if (to.userId !== owner.id) throw new AccountError("FOREIGN_LINK");
    // Should never be so: an account that may have this address back has had it, and when it got it,
    // this link ended.
    if (await isReserved(tx, key, owner.id)) throw new AccountError("TOKEN_USED");
    const { id, name, email, locale, role, trustEpoch } = await tx.user.update({
      where: { id: owner.id },
      data: { email: to.address, emailKey: key },
    });
    await endLinks(tx, [owner.emailKey], id);
    await copyPreferences(tx, owner.emailKey, key);
    const old = { address: owner.email, key: owner.emailKey };
    const undo = await issueLink(tx, secret, "undo_address", old, id);
    const days = LINK_MINUTES.undo_address / (24 * 60);
    await enqueue(tx, {
      template: "address-changed",
      to: owner.email,
      locale,
      props: { name, url: url(`/undo-address?token=${undo.token}`), days },
      expiresAt: undo.expiresAt,
    });
    return {
      user: { id, name, email, locale, role },
      session: await renewSession(tx, secret, owner.sessionId),
      trusted: trustBrowser(secret, key, { id, trustEpoch }),
    };
  });
}
