import { ERASURES, eraseDeleted } from "@repo/accounts/worker";
import type { Db } from "@repo/db";
import { createAccountList } from "@repo/email/account-list";
import { createPseudonyms } from "@repo/email/erasure";
import type { Logger } from "pino";
import type { Env } from "./env.ts";
import { poll } from "./poll.ts";

/**
 * Erases what is left of deleted accounts, until the signal aborts, or only those that are due. It
 * also removes their entries from SES's own suppression list, if the worker may change that.
 */
export async function eraseAccounts(config: {
  env: Env;
  db: Db;
  listenUrl: string;
  log: Logger;
  once: boolean;
  signal: AbortSignal;
}): Promise<void> {
  const { env, db, listenUrl, log, once, signal } = config;
  const pseudonyms = createPseudonyms(env.OPT_OUT_KEY);
  const list = createAccountList({ loopbackOnly: env.loopbackOnly });
  const atSes = async (address: string) => {
    try {
      await list.remove(address);
    } catch (error) {
      const { code } = error as { code?: string };
      if (code !== "ACCOUNT_LIST_DENIED" && code !== "LOOPBACK_ONLY") throw error;
      log.warn({ code }, "an erased address may still be on SES's own suppression list");
    }
  };
  const erase = async () => {
    const keys = { secret: env.AUTH_SECRET, pseudonyms };
    const { erased, unreadable } = await eraseDeleted(
      db,
      env.EMAIL_TRANSPORT === "ses" ? { ...keys, atSes } : keys,
    );
    if (erased > 0) log.info({ erased }, "deleted accounts erased");
    if (unreadable > 0)
      log.error({ unreadable }, "deleted accounts are sealed with another AUTH_SECRET");
  };
  try {
    await poll(erase, {
      listenUrl,
      channel: ERASURES,
      everyMs: 5_000,
      once,
      signal,
      onError: (error) =>
        log.error(
          { code: (error as { code?: string }).code },
          "cannot erase a deleted account; trying again",
        ),
    });
  } finally {
    list.close();
  }
}
