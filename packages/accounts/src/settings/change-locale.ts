import type { Locale } from "@repo/locales";
import type { Caller, Context } from "../context.ts";
import { findOwner } from "./owner.ts";

/**
 * Sets the language of the account: of its pages, and of its emails from now on. No email tells of
 * it, because it changes neither what gives access nor what is known about the person.
 *
 * @throws AccountError `NOT_LOGGED_IN`
 */
export async function changeLocale(
  { db, secret }: Context,
  caller: Caller,
  locale: Locale,
): Promise<void> {
  const { id } = await findOwner(db, secret, caller);
  await db.user.updateMany({ where: { id }, data: { locale } });
}
