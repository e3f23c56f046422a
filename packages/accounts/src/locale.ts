import type { Db } from "@repo/db";
import type { Locale } from "@repo/locales";

/** Sets the language of an account: of its pages, and of its emails from now on. */
export async function setLocale(db: Db, userId: string, locale: Locale): Promise<void> {
  await db.user.updateMany({ where: { id: userId }, data: { locale } });
}
