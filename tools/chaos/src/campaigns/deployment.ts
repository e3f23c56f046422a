import { startDurablePostgres } from "@repo/measure/durable-postgres";
import { type BuiltApp, startBuiltApp } from "@repo/measure/built-app";
import { APP_URL, openSite } from "@repo/measure/site";
import { audit } from "../audit.ts";
import { startBalancer } from "../balancer.ts";
import type { Findings, Setup } from "../campaign.ts";
import { openStack } from "../stack.ts";
import { until } from "../until.ts";
import { openLoop, statuses } from "./flood/crowd.ts";

const PER_SECOND = 200;
// One request in so many is a sign-up, which hashes a password and queues an email.
const SIGN_UPS = 20;

/**
 * New versions are deployed behind a load balancer while people use the app: one of two instances
 * of web is restarted, then a single one is replaced, and the worker is restarted twice. The apps
 * are the built ones.
 */
export async function deployment(setup: Setup): Promise<Findings> {
  const { quick, say } = setup;
  const seconds = quick ? 10 : 60;
  const postgres = await startDurablePostgres();
  setup.atEnd(() => postgres.stop());
  const stack = await openStack(setup, { url: await postgres.createMigrated("app") });
  const env = {
    ...stack.env,
    APP_URL,
    APP_ENV: "staging",
    TRUST_PROXY: "1",
    LIMIT_SCALE: "1000000",
    DRAIN_SECONDS: "3",
    UV_THREADPOOL_SIZE: "8",
  };
  const start = async (name: "web" | "worker") => {
    const app = await startBuiltApp(name, env);
    setup.atEnd(() => app.stop());
    return app;
  };
  const balancer = await startBalancer();
  setup.atEnd(() => balancer.close());
  const startWeb = async () => {
    const web = await start("web");
    balancer.add(web.port);
    await until("the balancer to use an instance", async () => balancer.isReady(web.port));
    return web;
  };
  const stopWeb = async (web: BuiltApp) => {
    await web.stop();
    balancer.remove(web.port);
  };

  let worker = await start("worker");
  let [first, second] = [await startWeb(), await startWeb()];
  const site = openSite(balancer.port);
  setup.atEnd(() => site.close());

  const load = openLoop(seconds * PER_SECOND, PER_SECOND, (i) => {
    const ip = `203.0.113.${i % 200}`;
    if (i % SIGN_UPS > 0) return site.ask({ ip, path: i % 2 === 0 ? "/" : "/login" });
    const fields = { name: "Sam", email: `person${i}@example.com`, password: "a long password" };
    return site.ask({ ip, path: "/signup", fields, json: true });
  });
  const over = new AbortController();
  const deploying = (async () => {
    let rounds = 0;
    while (!over.signal.aborted) {
      await stopWeb(first);
      first = await startWeb();
      say("one of two instances was restarted");
      await stopWeb(second);
      const next = await startWeb();
      await stopWeb(first);
      [first, second] = [next, await startWeb()];
      say("a single instance was replaced");
      await worker.stop();
      worker = await start("worker");
      rounds++;
    }
    return rounds;
  })();
  const { begun, late } = await load;
  const results = await Promise.all(begun);
  over.abort();
  const rounds = await deploying;
  await stack.outbox.drained();

  const answers = statuses(results);
  // Every email here was queued by the app itself.
  const ids = await stack.outbox.rows<{ id: string }>("SELECT id FROM messages");
  for (const { id } of ids) stack.outbox.queued.add(id);
  const found = await audit(stack);
  const signUps = results.filter(({ status }) => status === 202).length;
  return {
    figures: {
      ...found,
      rounds,
      requests: results.length,
      late,
      answers,
      signUps,
      errors: balancer.errors,
    },
    bars: {
      "0 refused": Object.keys(answers).every((status) => ["200", "202"].includes(status)),
      "an email for each sign-up": found.queued === signUps,
      "0 lost": found.lost === 0 && found.failed === 0 && found.open === 0,
      "0 sent twice": found.duplicates === 0,
    },
  };
}
