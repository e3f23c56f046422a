import { RESET_REQUESTS, createResetRequests } from "@repo/accounts/worker";
import type { Db } from "@repo/db";
import { checkDatabase } from "@repo/email/deliver";
import { createEnqueue } from "@repo/email/enqueue";
import { errorFields } from "@repo/errors/log";
import { templates } from "@repo/templates/registry";
import type { Logger } from "pino";
import type { Env } from "./env.ts";
import { poll } from "./poll.ts";

/**
 * Handles the requests for a new password as they arrive, until the signal aborts. With `once` it
 * handles only those that wait. A request that fails is tried again at the next poll.
 */
export async function handleResetRequests(config: {
  env: Env;
  db: Db;
  listenUrl: string;
  log: Logger;
  once: boolean;
  signal: AbortSignal;
}): Promise<void> {
  const { env, db, listenUrl, log, once, signal } = config;
  const requests = createResetRequests({
    db,
    enqueue: createEnqueue({ keys: env.EMAIL_KEY, templates }),
    secret: env.AUTH_SECRET,
    appUrl: env.APP_URL,
  });
  let isChecked = false;
  const handle = async () => {
    // Otherwise it could handle requests from a backup before the restore is noticed.
    if (!isChecked) await checkDatabase(db);
    isChecked = true;
    const handled = await requests.handle(signal);
    // Logged for the operator: many of "no-account" may be a stranger who probes addresses.
    if (Object.keys(handled).length > 0) log.info(handled, "requests for a new password");
    if (handled["unreadable"]) {
      log.error(
        { unreadable: handled["unreadable"] },
        "requests for a new password cannot be read: web has a key of AUTH_SECRET that this worker lacks; add it to the end: docs/runbook.md#rotate-a-key",
      );
    }
  };
  await poll(handle, {
    listenUrl,
    channel: RESET_REQUESTS,
    everyMs: 5_000,
    once,
    signal,
    onError: (error) =>
      log.error(errorFields(error), "cannot handle requests for a new password; trying again"),
  });
}
