import { onEvents } from "@repo/accounts/on-events";
import { listOperators } from "@repo/accounts/operators";
import { createOnUnsent } from "@repo/accounts/worker";
import { createDb } from "@repo/db";
import { createDeliverer } from "@repo/email/deliver";
import { createPseudonyms } from "@repo/email/erasure";
import { createPreferenceLinks } from "@repo/email/preferences";
import { categories } from "@repo/templates/registry";
import { render } from "@repo/templates/render";
import { pino } from "pino";
import type { Env } from "./env.ts";
import { eraseAccounts } from "./erasures.ts";
import { takeEvents } from "./events-queue.ts";
import { serveHealth } from "./health.ts";
import { runHousekeeping } from "./housekeeping.ts";
import { createMetrics } from "./metrics.ts";
import { handleResetRequests } from "./reset-requests.ts";
import { createTransport } from "./transport.ts";
import { watchSending } from "./watch-sending.ts";

// In ms. Orchestrators kill a process after 30 s.
const GRACE = 25_000;
// In ms, for a query. If a connection is lost without a word, TCP waits for a quarter of an hour. A
// query ends before a lease does, so that a settlement is tried again in time.
const QUERY = 20_000;
// In seconds, with a margin: how late an event can arrive.
// SQS hands out a message ten times, a minute apart.
const QUEUE_HORIZON = 15 * 60;
// SNS posts to a webhook for an hour.
const WEBHOOK_HORIZON = 65 * 60;

/**
 * Delivers the outbox and receives SES's events from their queue until SIGTERM or SIGINT. Then it
 * finishes its open calls and returns.
 *
 * @param options.once returns as soon as nothing is due
 */
export async function runWorker(env: Env, { once = false } = {}): Promise<void> {
  const log = pino({ name: "worker", level: env.LOG_LEVEL });
  const stop = new AbortController();
  for (const signal of ["SIGINT", "SIGTERM"] as const) {
    // Not `once`: a supervisor may signal the whole process group, and each launcher forwards it
    // again.
    process.on(signal, () => {
      if (stop.signal.aborted) return;
      stop.abort();
      // A database that never answers must not keep the process from ending.
      setTimeout(() => process.exit(1), GRACE).unref();
    });
  }
  if (env.APP_ENV === "production" && env.AWS_ENDPOINT_URL_SESV2) {
    log.warn(
      { endpoint: env.AWS_ENDPOINT_URL_SESV2 },
      "AWS_ENDPOINT_URL_SESV2 is set: email goes there and not to SES; unset it in production",
    );
  }
  const db = createDb(env.DATABASE_URL, {
    keepStatements: !env.DIRECT_DATABASE_URL,
    queryTimeout: QUERY,
  });
  const metrics = createMetrics(db);
  const transport = metrics.counted(createTransport(env));
  const listenUrl = env.DIRECT_DATABASE_URL ?? env.DATABASE_URL;
  try {
    log.info({ transport: env.EMAIL_TRANSPORT }, "worker ready");
    const deliverer = createDeliverer({
      db,
      transport,
      keys: env.EMAIL_KEY,
      log,
      listenUrl,
      rate: env.EMAIL_RATE,
      allowTo: env.EMAIL_ALLOW_TO,
      redirectTo: env.EMAIL_REDIRECT_TO,
      pseudonyms: createPseudonyms(env.OPT_OUT_KEY),
      optional: {
        categories,
        links: createPreferenceLinks({ keys: env.UNSUBSCRIBE_KEY, appUrl: env.APP_URL }),
      },
      evidence: { horizon: env.SES_EVENTS_QUEUE_URL ? QUEUE_HORIZON : WEBHOOK_HORIZON },
      onEvents,
      onIdle: once ? () => stop.abort() : undefined,
      onUnsent: createOnUnsent({ db, secret: env.AUTH_SECRET }),
      render,
    });
    const sinceLastLook = () => deliverer.sinceLastLook();
    const closeHealth = await serveHealth(env, sinceLastLook, metrics);
    const context = {
      env,
      db,
      log,
      metrics,
      listenUrl,
      once,
      signal: stop.signal,
      sinceLastLook,
      operators: listOperators,
    };
    const all = [handleResetRequests, eraseAccounts, takeEvents, runHousekeeping, watchSending];
    const jobs = all.map((job) => job(context));
    // They may queue emails, which this run must send too.
    if (once) await Promise.all(jobs);
    try {
      await deliverer.run(stop.signal);
    } finally {
      stop.abort();
      await Promise.all(jobs);
      closeHealth();
    }
    log.info("worker stopped");
  } finally {
    transport.close();
    await db.$disconnect();
  }
}
