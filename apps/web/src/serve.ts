import { once } from "node:events";
import type { Server } from "node:http";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import { createDb } from "@repo/db";
import { AppError } from "@repo/errors";
import { createEnqueue } from "@repo/email/enqueue";
import { createPreferenceLinks } from "@repo/email/preferences";
import { categories, templates } from "@repo/templates/registry";
import { pino } from "pino";
import { emailApi } from "./api/emails.ts";
import { createApp } from "./app.ts";
import type { Env } from "./env.ts";
import { createMetrics, createMetricsServer } from "./http/metrics.ts";
import { watchDatabase } from "./http/readiness.ts";
import { takeEvents } from "./webhooks/ses.ts";

// In ms, after the drain. Orchestrators kill a process after 30 s.
const GRACE = 10_000;
// In ms, for a query of the check that /readyz reports. Then a lost connection is replaced.
const CHECK = 5_000;
// In ms, for a query of a request. Without it, connections that are lost without a word, as when the
// database's machine dies, would block their places in the pool for a quarter of an hour.
const QUERY = 20_000;
// In ms, for a whole request. Node.js allows its headers the same time. Both start at the request's
// first byte, so neither ends an idle connection.
const REQUEST = 30_000;

/**
 * Runs the app until SIGTERM or SIGINT. Then `/readyz` answers 503, and for DRAIN_SECONDS the app
 * still answers everything else, until load balancers have noticed. Then it finishes the open
 * answers and returns. If the start fails, it writes one message to standard error and sets exit
 * code 1.
 */
export async function serve(readEnv: () => Env): Promise<void> {
  try {
    await run(readEnv());
  } catch (error) {
    if (!(error instanceof AppError)) throw error;
    process.stderr.write(`${error.message}\n`);
    process.exitCode = 1;
  }
}

async function run(env: Env): Promise<void> {
  const log = pino({ name: "web", level: env.LOG_LEVEL });
  const stop = new AbortController();
  // Not `once`: a supervisor may signal the whole process group, and each launcher forwards it
  // again.
  for (const signal of ["SIGINT", "SIGTERM"] as const) process.on(signal, () => stop.abort());
  const stopped = once(stop.signal, "abort");
  const db = createDb(env.DATABASE_URL, {
    keepStatements: !env.DIRECT_DATABASE_URL,
    queryTimeout: QUERY,
  });
  const checks = createDb(env.DATABASE_URL, { poolSize: 1, queryTimeout: CHECK });
  const metrics = env.METRICS_PORT === undefined ? undefined : createMetrics();
  const app = createApp({
    db,
    log,
    emailState: watchDatabase(checks, stop.signal),
    stopping: stop.signal,
    metrics,
    appUrl: env.APP_URL,
    trustProxy: env.TRUST_PROXY,
    webhooks: [takeEvents(db, env)],
    api: emailApi(db, env),
    preferences: {
      categories,
      links: createPreferenceLinks({ keys: env.UNSUBSCRIBE_KEY, appUrl: env.APP_URL }),
    },
    enqueue: createEnqueue({ keys: env.EMAIL_KEY, templates, categories }),
    accounts: {
      secret: env.AUTH_SECRET,
      optOutKey: env.OPT_OUT_KEY,
      limitScale: env.LIMIT_SCALE,
      // The other threads are for DNS, files and ciphers.
      hashesAtOnce: Math.floor(env.UV_THREADPOOL_SIZE / 2),
    },
  });
  let metricsServer: Server | undefined;
  try {
    if (metrics) {
      const server = createMetricsServer(metrics);
      metricsServer = await listen(server, env.METRICS_PORT, env.HOST, "METRICS_PORT");
    }
    const timeouts = { requestTimeout: REQUEST, keepAliveTimeout: env.KEEP_ALIVE_SECONDS * 1000 };
    const server = await listen(createServer(timeouts, app), env.PORT, env.HOST, "PORT");
    const { port } = server.address() as AddressInfo;
    log.info({ port, url: env.APP_URL }, "listening");
    await stopped;
    if (env.DRAIN_SECONDS > 0) log.info({ seconds: env.DRAIN_SECONDS }, "draining");
    await sleep(env.DRAIN_SECONDS * 1000);
    await close(server);
    log.info("stopped");
  } finally {
    stop.abort();
    metricsServer?.close();
    metricsServer?.closeAllConnections();
    await Promise.all([db.$disconnect(), checks.$disconnect()]);
  }
}

/** @throws AppError `PORT_TAKEN` */
async function listen(
  server: Server,
  port: number | undefined,
  host: string | undefined,
  setting: string,
): Promise<Server> {
  server.listen({ port, host });
  try {
    await once(server, "listening");
    return server;
  } catch (cause) {
    if (!(cause instanceof Error) || !("code" in cause) || cause.code !== "EADDRINUSE") throw cause;
    throw new AppError(
      "PORT_TAKEN",
      `Port ${port} is taken. Stop the program that uses it, or set ${setting} to another one.`,
      { cause },
    );
  }
}

async function close(server: Server): Promise<void> {
  const closed = once(server, "close");
  server.close();
  // A connection that is kept alive becomes idle only after its answer.
  const sweep = setInterval(() => server.closeIdleConnections(), 50);
  const deadline = setTimeout(() => server.closeAllConnections(), GRACE);
  await closed;
  clearInterval(sweep);
  clearTimeout(deadline);
}
