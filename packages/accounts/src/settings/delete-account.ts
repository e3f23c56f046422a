import { randomUUID } from "node:crypto";
import type { Tx } from "@repo/db";
import type { Address } from "@repo/email/enqueue";
import { cancelAll, eraseRows } from "@repo/email/erasure";
import { createSealer } from "@repo/email/seal";
import type { Caller, Context } from "../context.ts";
import { AccountError } from "../errors.ts";
import { LINK_MINUTES } from "../lifetimes.ts";
import { refuse } from "../limits/refuse.ts";
import { issueLink, openLink, redeemLink } from "../links.ts";
import { ACCOUNT_TABLES } from "../person/account-tables.ts";
import { ERASURES } from "../person/erasures.ts";
import { findPerson, spellingsOf } from "../person/find-person.ts";
import { type Owner, findOwner, inAccount } from "./owner.ts";
import { verifyOwner } from "./password-check.ts";

/**
 * Emails a link that deletes the account. While a change of the address can be undone, the link
 * goes to the old address: somebody may have taken the account.
 *
 * @throws AccountError `NOT_LOGGED_IN`, `PASSWORD_CHECK_NEEDED`, `TOO_MANY_TRIES`, `BUSY`
 */
export async function requestDeletion(context: Context, caller: Caller): Promise<void> {
  const { db, secret, limits, enqueue, url } = context;
  const { id, hasTypedPassword } = await findOwner(db, secret, caller);
  if (!hasTypedPassword) throw new AccountError("PASSWORD_CHECK_NEEDED");
  const taken = await limits.take(limits.client(caller.ip), limits.account("settingsMail", id));
  refuse(taken.refusal);
  const act = () =>
    inAccount(context, caller, { passwordTyped: true }, async (tx, owner) => {
      const to = await decidingAddress(tx, owner);
      const { token, expiresAt } = await issueLink(tx, secret, "delete_account", to, owner.id);
      const props = {
        name: owner.name,
        url: url(`/settings/delete/confirm?token=${token}`),
        expiresInMinutes: LINK_MINUTES.delete_account,
      };
      await enqueue(tx, {
        template: "delete-account",
        to: to.address,
        locale: owner.locale,
        props,
        expiresAt,
      });
    });
  await taken.orGiveBack(act, "settingsMail");
}

/**
 * Reads the link for its page, without using it up.
 *
 * @returns the address of the account
 * @throws AccountError `NOT_LOGGED_IN`, `FOREIGN_LINK`, `TOKEN_UNKNOWN`, `TOKEN_USED`,
 *   `TOKEN_EXPIRED`
 */
export async function openDeletion(
  { db, secret }: Context,
  caller: Caller,
  token: string,
): Promise<string> {
  const owner = await findOwner(db, secret, caller);
  const { userId } = await openLink(db, secret, "delete_account", token);
  if (userId !== owner.id) throw new AccountError("FOREIGN_LINK");
  return owner.email;
}

/**
 * Deletes the account, cancels all email to it that waits, and says good-bye by email. The worker
 * erases the rest when that email is sent.
 *
 * @throws AccountError what `openDeletion` throws; `WRONG_PASSWORD`, `TOO_MANY_TRIES`, `BUSY`
 */
export async function deleteAccount(
  context: Context,
  caller: Caller,
  { token, currentPassword }: { token: string; currentPassword: string },
): Promise<void> {
  const { db, secret, enqueue } = context;
  await openDeletion(context, caller, token);
  const { passwordHash } = await verifyOwner(context, caller, currentPassword);
  const { key } = await openLink(db, secret, "delete_account", token);
  const options = { passwordTyped: false, addresses: [key] };
  await inAccount(context, caller, options, async (tx, owner) => {
    const link = await redeemLink(tx, secret, "delete_account", token);
    if (link.userId !== owner.id) throw new AccountError("FOREIGN_LINK");
    // The password was changed while it was compared.
    if (owner.passwordHash !== passwordHash) throw new AccountError("WRONG_PASSWORD");
    if ((await decidingAddress(tx, owner)).key !== link.key) throw new AccountError("TOKEN_USED");
    const person = await findPerson(tx, context, owner.id);
    if (!person) throw new AccountError("NOT_LOGGED_IN");
    const spellings = await spellingsOf(tx, person);
    // First, because it waits for a request for a new password that is being handled: the next line
    // then cancels its email too.
    await eraseRows(tx, ACCOUNT_TABLES, person);
    await cancelAll(tx, person.keys);
    // At once, and not with the rest later: by then they may be those of the address's next owner.
    await tx.emailPreference.deleteMany({ where: { addressKey: { in: person.keys } } });
    const messageIds = [];
    for (const to of new Set([owner.email, link.address])) {
      const { locale } = owner;
      const { id } = await enqueue(tx, { template: "account-deleted", to, locale, props: {} });
      messageIds.push(id);
    }
    const id = randomUUID();
    const addresses = createSealer(secret).seal(id, spellings);
    await tx.$executeRaw`
      INSERT INTO erasures (id, addresses, message_ids, requested_at)
      VALUES (${id}::uuid, ${addresses}, ${messageIds}::uuid[], clock_timestamp())
      RETURNING pg_notify(${ERASURES}, '')`;
  });
}

/**
 * The address whose mailbox decides about the end of the account: the oldest one that can still
 * have the account back, or else its own.
 */
async function decidingAddress(tx: Tx, owner: Owner): Promise<Address> {
  const [oldest] = await tx.$queryRaw<Address[]>`
    SELECT email AS address, email_key AS key FROM links
    WHERE user_id = ${owner.id}::uuid AND purpose = 'undo_address'
      AND used_at IS NULL AND expires_at > now()
    ORDER BY created_at LIMIT 1`;
  return oldest ?? { address: owner.email, key: owner.emailKey };
}
