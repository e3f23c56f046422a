import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync } from "node:fs";
import { createInterface } from "node:readline";
import { createTestDb } from "@repo/db/testing";
import { exampleEnv } from "@repo/testing/example-env";
import { freePort } from "@repo/testing/free-port";
import { startSesLocal } from "@repo/ses-local/client";
import { afterAll, afterEach, vi } from "vitest";
import { openBrowser } from "./browser.ts";

const root = `${import.meta.dirname}/../../..`;

export type Stack = Awaited<ReturnType<typeof startStack>>;

/**
 * The built apps as processes, with their own database and ses-local.
 *
 * @param options.worker false: none runs, for a test that shows a queue as it is
 */
export async function startStack({ worker = true } = {}) {
  const [{ url: databaseUrl, db, drop }, ses, port] = await Promise.all([
    createTestDb(),
    startSesLocal(),
    freePort(),
  ]);
  const url = `http://localhost:${port}`;
  const env = {
    ...exampleEnv(),
    NODE_ENV: "production",
    APP_ENV: "staging",
    APP_URL: url,
    PORT: String(port),
    DATABASE_URL: databaseUrl,
    AUTH_SECRET: "a secret of the browser's tests with 32 characters",
    UNSUBSCRIBE_KEY: "a key of links of the browser's tests of 32 characters",
    EMAIL_KEY: "a key of the browser's tests with 32 characters",
    SES_EVENTS_TOPIC_ARN: "arn:aws:sns:us-east-1:123456789012:ses-events",
    EMAIL_FROM: "Example <hello@example.com>",
    AWS_REGION: "us-east-1",
    AWS_ACCESS_KEY_ID: "local",
    AWS_SECRET_ACCESS_KEY: "local",
    AWS_ENDPOINT_URL_SESV2: ses.url,
  };
  const apps = await Promise.all([
    startApp("web", env, "listening"),
    ...(worker ? [startApp("worker", env, "worker ready")] : []),
  ]);
  return {
    url,
    db,
    ses,
    log: () => apps.map((app) => app.log()).join("\n"),
    /** Waits until every message is closed. */
    async settled() {
      const open = { where: { state: { not: "closed" } } } as const;
      const none = async () => (await db.message.count(open)) === 0;
      await vi.waitUntil(none, { timeout: 60_000 });
    },
    async stop() {
      await Promise.all(apps.map((app) => app.stop()));
      await Promise.all([ses.stop(), drop()]);
    },
  };
}

/** The apps and a browser for the tests of a file. Each test begins without windows. */
export async function useStack(options?: Parameters<typeof startStack>[0]) {
  const [stack, browser] = await Promise.all([startStack(options), openBrowser()]);
  afterEach(() => Promise.all(browser.contexts().map((context) => context.close())));
  afterAll(async () => {
    await browser.close();
    await stack.stop();
  });
  return { stack, browser };
}

async function startApp(name: string, env: NodeJS.ProcessEnv, ready: string) {
  const cwd = `${root}/apps/${name}`;
  if (!existsSync(`${cwd}/dist/main.mjs`)) throw new Error(`${name} is not built: run pnpm build`);
  const child = spawn(process.execPath, ["dist/main.mjs"], {
    cwd,
    env,
    stdio: ["ignore", "pipe", "pipe"],
  });
  const lines: string[] = [];
  await new Promise<void>((resolve, reject) => {
    for (const stream of [child.stdout, child.stderr]) {
      createInterface(stream).on("line", (line) => {
        lines.push(line);
        if (line.includes(`"msg":"${ready}"`)) resolve();
      });
    }
    child.once("exit", () => reject(new Error(`${name} did not start:\n${lines.join("\n")}`)));
  });
  return { log: () => lines.join("\n"), stop: () => stopApp(child) };
}

async function stopApp(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null) throw new Error("an app ended by itself");
  child.kill("SIGTERM");
  const [code] = await once(child, "exit");
  if (code !== 0) throw new Error(`an app ended with ${code} after SIGTERM`);
}

/** For rows whose times a test changes instead of waiting. */
export function minutesAgo(minutes: number): Date {
  return new Date(Date.now() - minutes * 60_000);
}
