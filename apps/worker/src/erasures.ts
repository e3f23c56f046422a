import { ERASURES, eraseDeleted, eraseNextAtSes } from "@repo/accounts/worker";
import type { Db } from "@repo/db";
import { createAccountList } from "@repo/email/account-list";
import { createPseudonyms } from "@repo/email/erasure";
import { errorFields } from "@repo/errors/log";
import type { Logger } from "pino";
import type { Env } from "./env.ts";
import { poll } from "./poll.ts";

/**
 * Erases what is left of deleted accounts until the signal aborts. With `once` it ends when none is
 * due. If email goes through SES's API, it also takes their addresses off SES's own suppression
 * list.
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
  const keys = { secret: env.AUTH_SECRET, pseudonyms: createPseudonyms(env.OPT_OUT_KEY) };
  const list = createAccountList({ loopbackOnly: env.loopbackOnly });
  const erase = async () => {
    let failure: Error | undefined;
    // SES's list takes one address a second. The erasures in our database do not wait for that.
    do await eraseInDatabase().catch((error: Error) => (failure = error));
    while (!signal.aborted && (await eraseNextAddressAtSes()));
    // Only now: an account that cannot be erased must not keep the others waiting.
    if (failure) throw failure;
  };
  const eraseInDatabase = async () => {
    const { erased, unreadable } = await eraseDeleted(db, keys, {
      isAtSes: env.EMAIL_TRANSPORT === "ses",
    });
    if (erased > 0) log.info({ erased }, "deleted accounts erased");
    if (unreadable > 0)
      log.error(
        { unreadable },
        "the addresses of deleted accounts cannot be read: add their key to the end of AUTH_SECRET (docs/runbook.md#rotate-a-key)",
      );
  };
  /** @returns whether it was done, so that another account may be due */
  const eraseNextAddressAtSes = async () => {
    const done = await eraseNextAtSes(db, env.AUTH_SECRET, (address) => list.remove(address));
    if ("error" in done) logFailure(done);
    return done.result === "erased";
  };
  const logFailure = ({ result, error }: { result: string; error: unknown }) => {
    // Without the error itself: SES's message contains the address.
    const { code } = error as { code?: string };
    const cause =
      code === "ACCOUNT_LIST_DENIED"
        ? "the worker may not remove addresses from SES's own suppression list: allow ses:DeleteSuppressedDestination (the policy erasure of infra: pnpm infra:up)"
        : "cannot remove an erased address from SES's own suppression list";
    if (result === "failed") log.warn({ code }, `${cause}; trying again`);
    else
      log.error(
        { code },
        `${cause}; given up after 17 hours: pnpm email:suppressions compare --erase`,
      );
  };
  try {
    await poll(erase, {
      listenUrl,
      channel: ERASURES,
      everyMs: 5_000,
      once,
      signal,
      onError: (error) =>
        log.error(errorFields(error), "cannot erase a deleted account; trying again"),
    });
  } finally {
    list.close();
  }
}
