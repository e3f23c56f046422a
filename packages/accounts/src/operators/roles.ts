import type { Db, Role } from "@repo/db";
import { parseAddress } from "@repo/email/enqueue";
import { type Decision, recordAction } from "@repo/email/operations";
import { lockLinks } from "../links.ts";
import { inTransaction } from "../transaction.ts";

/** Somebody who operates the app. Alerts go to them. */
export interface Operator {
  id: string;
  name: string;
  email: string;
  locale: string | null;
}

/** The accounts with the role `operator`, by their addresses. */
export function listOperators(db: Db): Promise<Operator[]> {
  return db.user.findMany({
    where: { role: "operator" },
    orderBy: { emailKey: "asc" },
    select: { id: true, name: true, email: true, locale: true },
  });
}

/**
 * Gives an account a role, or takes it away. The role counts from the account's next request. The log
 * of actions gets an entry in the same transaction.
 *
 * @param role null takes the role away
 * @returns the role that it had before; undefined if there is no such account
 * @throws EmailError `INVALID_ADDRESS`, `NO_REASON`; AccountError `BUSY`
 */
export async function setRole(
  db: Db,
  email: string,
  role: Role | null,
  decision: Decision,
): Promise<Role | null | undefined> {
  const { key } = parseAddress(email);
  return inTransaction(db, async (tx) => {
    // The address may be on its way to another account.
    await lockLinks(tx, [key]);
    const user = await tx.user.findUnique({ where: { emailKey: key } });
    if (!user) return undefined;
    if (user.role === role) return role;
    await tx.user.update({ where: { id: user.id }, data: { role } });
    const subject = role ?? "none";
    await recordAction(tx, { action: "role", addressKey: key, subject, ...decision });
    return user.role;
  });
}
