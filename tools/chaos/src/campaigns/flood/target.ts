import type { SesBehaviour } from "@repo/ses-local/client";
import { startBuiltApp } from "@repo/measure/built-app";
import type { Setup } from "../../campaign.ts";
import { type Stack, openStack } from "../../stack.ts";
import { until } from "../../until.ts";
import { APP_URL, type Site, openSite } from "@repo/measure/site";

export type Account = NonNullable<SesBehaviour["account"]>;

/** The built apps, with their own database and ses-local. */
export interface Target {
  stack: Stack;
  site: Site;
  /** Ends the worker as a deployment does, and starts another. */
  restartWorker(): Promise<void>;
}

// The limits of a usual SES account.
const USUAL: Account = { maxSendRate: 14, max24HourSend: 50_000 };

/** @param databaseUrl of a migrated database */
export async function openTarget(
  setup: Setup,
  databaseUrl: string,
  account: Account = {},
): Promise<Target> {
  // By name, as in production, so that each connection needs a thread of libuv's for the look-up.
  const url = new URL(databaseUrl);
  url.hostname = "localhost";
  const stack = await openStack(setup, { url: url.href, keep: 2_000 });
  await stack.ses.behave({ account: { ...USUAL, ...account }, enforceQuota: true });
  const env = {
    ...stack.env,
    APP_URL,
    APP_ENV: "staging",
    // Then X-Forwarded-For names the client.
    TRUST_PROXY: "1",
    LIMIT_SCALE: "1",
  };
  let worker = await startBuiltApp("worker", env);
  setup.atEnd(() => worker.stop());
  const web = await startBuiltApp("web", env);
  setup.atEnd(() => web.stop());
  const site = openSite(web.port);
  setup.atEnd(() => site.close());
  // Web caches the quota for a minute, and treats an unknown one as large.
  await until("the worker to learn SES's quota", async () => {
    const { known } = await stack.outbox.look<"known">(
      "SELECT count(max_24_hours) AS known FROM sending_status",
    );
    return known === 1;
  });
  // A load balancer sends nobody to an app that is not ready.
  await until("web to be ready", async () => {
    const { status } = await site.ask({ ip: "127.0.0.1", path: "/readyz" });
    return status === 200;
  });
  return {
    stack,
    site,
    async restartWorker() {
      await worker.stop();
      worker = await startBuiltApp("worker", env);
    },
  };
}

/** Waits until every request for a new password is handled, and every email is closed. */
export async function quiet({ stack: { outbox } }: Target): Promise<void> {
  await until("the worker to have nothing to do", async () => {
    const { open } = await outbox.look<"open">(
      `SELECT (SELECT count(*) FROM reset_requests WHERE handled_at IS NULL)
         + (SELECT count(*) FROM messages WHERE state <> 'closed') AS open`,
    );
    return open === 0;
  });
}
