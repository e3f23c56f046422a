import { startBuiltApp } from "@repo/measure/built-app";
import { APP_URL, openSite } from "@repo/measure/site";
import { startBalancer } from "../../balancer.ts";
import type { Setup } from "../../campaign.ts";
import type { Stack } from "../../stack.ts";
import { until } from "../../until.ts";

/** The keys of a process, newest first. */
export type Lists = Record<"AUTH_SECRET" | "EMAIL_KEY", string[]>;

/** Web and worker, two each, behind a load balancer. */
export async function startFleet(setup: Setup, stack: Stack, first: Lists) {
  const balancer = await startBalancer();
  setup.atEnd(() => balancer.close());
  const start = async (name: "web" | "worker", keys: Lists) => {
    const app = await startBuiltApp(name, {
      ...stack.env,
      APP_URL,
      APP_ENV: "staging",
      TRUST_PROXY: "1",
      DRAIN_SECONDS: "1",
      AUTH_SECRET: keys.AUTH_SECRET.join(","),
      EMAIL_KEY: keys.EMAIL_KEY.join(","),
    });
    setup.atEnd(() => app.stop());
    if (name === "worker") return app;
    balancer.add(app.port);
    await until("the balancer to use an instance", async () => balancer.isReady(app.port));
    return app;
  };
  const webs = [await start("web", first), await start("web", first)];
  const workers = [await start("worker", first), await start("worker", first)];
  const site = openSite(balancer.port);
  setup.atEnd(() => site.close());
  let restarts = 0;
  return {
    site,
    restarts: () => restarts,
    /** Restarts one process after another. @param between runs after each */
    async deploy(keys: Lists, between: () => Promise<void>): Promise<void> {
      for (let i = 0; i < webs.length; i++) {
        const old = webs.shift();
        await old?.stop();
        if (old) balancer.remove(old.port);
        webs.push(await start("web", keys));
        await between();
        await workers.shift()?.stop();
        workers.push(await start("worker", keys));
        await between();
        restarts += 2;
      }
    },
  };
}
