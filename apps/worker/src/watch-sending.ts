import { setTimeout as sleep } from "node:timers/promises";
import type { Db } from "@repo/db";
import { type Notice, createHeartbeat, pauseByRates, tellTroubles } from "@repo/email/operations";
import { errorFields } from "@repo/errors/log";
import type { Logger } from "pino";
import { type Operator, createTell } from "./alert-email.ts";
import type { Env } from "./env.ts";

// In ms.
const BEAT = 10_000;
const LOOK = 60_000;

/**
 * Writes a heartbeat of this worker every ten seconds until the signal aborts, or only once. Every
 * minute it checks the rates, and pauses all but security mail if they are too high. It also checks
 * what is wrong with sending, and tells the operators.
 *
 * @param config.sinceLastLook ms since the worker last looked at the queue
 * @param config.operators who is told
 */
export async function watchSending(config: {
  env: Pick<Env, "APP_URL" | "APP_VERSION" | "EMAIL_KEY">;
  db: Db;
  log: Logger;
  once: boolean;
  signal: AbortSignal;
  sinceLastLook: () => number;
  operators: (db: Db) => Promise<Operator[]>;
}): Promise<void> {
  const { env, db, log, once, signal, sinceLastLook, operators } = config;
  const heartbeat = createHeartbeat(db, env.APP_VERSION);
  const tell = createTell(env, () => operators(db));
  let nextLook = 0;

  async function look(): Promise<void> {
    if (performance.now() < nextLook) return;
    nextLook = performance.now() + LOOK;
    const because = await pauseByRates(db);
    if (because) log.error({ because }, "all email but security mail is paused");
    for (const notice of await tellTroubles({ db, tell })) {
      logNotice(log, notice);
    }
  }

  while (!signal.aborted) {
    try {
      await heartbeat.beat(sinceLastLook());
      await look();
    } catch (error) {
      log.error(errorFields(error), "sending cannot be watched; trying again");
    }
    // The next run is another process. It starts before this heartbeat is too old to count.
    if (once) return;
    await sleep(BEAT, undefined, { signal }).catch(() => undefined);
  }
  await heartbeat.end().catch(() => undefined);
}

/** Logs an alert too: while sending is stopped, its email is not sent. */
function logNotice(log: Logger, { cause, isWell, since, what, next }: Notice): void {
  const fields = { alert: cause, since, what, next };
  if (isWell) log.info(fields, "well again");
  else log.error(fields, "an operator must look");
}
